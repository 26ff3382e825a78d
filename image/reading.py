# SPDX-License-Identifier: MIT
"""Files that a person or another process may have broken, read so that the error names the cure."""

import json
from pathlib import Path
from typing import Any

from image.errors import UserError
from image.trouble import told


def text(path: Path, cure: str) -> str:
    """The text of a file. Raises UserError, with the `cure`, for one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise told(error) from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is damaged: it is not text", cure) from None


def json_object(path: Path, cure: str) -> dict[str, Any]:
    """The object that a JSON file holds. Raises UserError, with the `cure`, when it holds none."""
    try:
        value = json.loads(text(path, cure))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is damaged: {error}", cure) from None
    if not isinstance(value, dict):
        raise UserError(f"{path} is damaged: it holds no JSON object", cure)
    return value


def json_object_or_none(path: Path) -> dict[str, Any] | None:
    """The object that a JSON file holds; None for whatever else, where that can be done without."""
    try:
        return json_object(path, "")
    except UserError:
        return None
