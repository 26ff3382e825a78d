# SPDX-License-Identifier: MIT
"""The command line: tasks, settings, help, and what the screen shows."""
