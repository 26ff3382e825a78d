# SPDX-License-Identifier: MIT
"""This machine: the programs that a build needs, and the Python environment."""
