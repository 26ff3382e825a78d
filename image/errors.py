# SPDX-License-Identifier: MIT
"""The errors a person sees: what went wrong, and what to do about it."""


class UserError(Exception):
    """Something a person can mend: shown as a message and a hint, never as a traceback."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        lines = [f"error: {self.message}"]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)
