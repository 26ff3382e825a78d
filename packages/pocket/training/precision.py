# SPDX-License-Identifier: MIT
"""Which numbers products are made of: bfloat16 only where the processor has instructions for it."""

import torch


def factors() -> torch.dtype:
    """Several times as fast as float32 with the instructions, slower without them."""
    has = torch.cpu.get_capabilities()
    return torch.bfloat16 if has.get("avx512_bf16") or has.get("amx_bf16") else torch.float32


FACTORS = factors()
