# SPDX-License-Identifier: MIT
"""What a program would cost on the board: instructions, cycles and bytes, all modelled."""
