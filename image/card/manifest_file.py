# SPDX-License-Identifier: MIT
"""The file next to a card image that names its inputs and, if a store was used, its builders."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from image.key import hash_file
from image.reading import json_object_or_none

NAME = "manifest.json"
BUILDERS = "builders"  # who built each step, by the steps' names


def text(value: Mapping[str, Any]) -> str:
    """JSON as people read it; equal values give equal bytes."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def with_builders(manifest: Path, builders: Mapping[str, str]) -> str:
    """The text of a manifest that says who built the steps, too."""
    return text({**json.loads(manifest.read_text()), BUILDERS: builders})


def identity(image: Path) -> str:
    """sha256 of an image's manifest without its builders: equal for all who built that image.

    Raises OSError where there is none.
    """
    file = image.with_name(NAME)
    said = json_object_or_none(file) or {}
    if BUILDERS not in said:
        return hash_file(file)
    del said[BUILDERS]
    return hashlib.sha256(text(said).encode()).hexdigest()
