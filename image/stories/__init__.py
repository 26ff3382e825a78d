# SPDX-License-Identifier: MIT
"""Measures of stories: who is in them, and what does not belong."""
