# SPDX-License-Identifier: MIT
"""Boards that QEMU emulates."""
