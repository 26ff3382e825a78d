# SPDX-License-Identifier: MIT
"""Doing what a plan says, step by step."""
