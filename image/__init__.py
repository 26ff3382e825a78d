# SPDX-License-Identifier: MIT
"""Builds the card image: choices, sources, plan, steps, root, card."""
