# SPDX-License-Identifier: MIT
"""Files that a person or another process may have broken, read so that the error names the cure."""

import json
from pathlib import Path
from typing import Any

import yaml

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


# What PyYAML raises; all but the first for values that do not fit an explicit tag.
YAML_ERRORS = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class _Strict(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error: the first would be lost in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            problem = f"key '{twice[0]}' is there twice"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


def yaml_value(path: Path) -> Any:
    """What a YAML file of the checkout holds. Raises UserError for one that cannot be read."""
    where = f"{path.parent.name}/{path.name}"
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)
    except OSError as error:
        raise UserError(f"{where} cannot be read: {error.strerror}") from None
    except YAML_ERRORS as error:
        raise UserError(f"{where} is not valid YAML: {error}") from None


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
