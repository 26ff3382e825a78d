# SPDX-License-Identifier: MIT
"""The Milk-V Duo: its memory map and the formats of its boot files."""
