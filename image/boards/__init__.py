# SPDX-License-Identifier: MIT
"""Boards: memory map, boot files and what is in them."""
