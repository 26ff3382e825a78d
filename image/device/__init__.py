# SPDX-License-Identifier: MIT
"""A board at hand: its console, its shell, its card."""
