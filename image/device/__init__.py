# SPDX-License-Identifier: MIT
"""A connected board: its console, its shell, its card."""
