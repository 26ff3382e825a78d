# SPDX-License-Identifier: MIT
"""A connected board: its console, its shell, its card."""

from collections.abc import Mapping

from image.boards.board import Board


def is_emulated(board: Board, options: Mapping[str, str]) -> bool:
    """Whether the emulated board is to be started: nothing says where another one is."""
    return board.is_emulated and not {"host", "port", "SSH_PORT"} & options.keys()
