# SPDX-License-Identifier: MIT
"""One recipe, checked key by key; the error about the first value that cannot be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from image.errors import unknown
from image.recipes import keys, spdx
from image.recipes.keys import CHOICES, Builders
from image.recipes.kinds import Kind, Leaf, List, Problem, Record
from image.yamlfile import At, YamlFile

NEED = re.compile(r"\{needs\[([\w-]+)\]\}")


@dataclass(frozen=True)
class Checked:
    """A file, and the plain values in it, to be compared with what other files say."""

    file: YamlFile
    leaves: tuple[Leaf, ...] = ()

    def of(self, kind: Kind) -> list[tuple[At, str]]:
        """The values of one kind, and where they are."""
        return [(leaf.at, leaf.value) for leaf in self.leaves if leaf.kind is kind]

    def compare(self, kind: Kind, known: Mapping[str, Any], what: str, more: str = "") -> None:
        """Raise UserError for a value of a kind that is not `known`; `what` as for `unknown`."""
        for at, value in self.of(kind):
            if value not in known:
                error = unknown(what, value, known, more)
                raise self.file.error(at, error.message, error.hint)


def check(file: YamlFile, kind: Kind) -> Checked:
    """A file that holds one value of a kind. Raises UserError for the first problem."""
    return _checked(file, _whole(file, kind))


def check_recipe(file: YamlFile, folder: str, builders: Builders) -> Checked:
    """A recipe in a folder of that name. Raises UserError for the first problem."""
    return _checked(file, _recipe(file, folder, builders))


def _checked(file: YamlFile, leaves: Iterator[Leaf]) -> Checked:
    try:
        return Checked(file, tuple(leaves))
    except Problem as problem:
        raise file.error(problem.at, problem.message, problem.hint) from None


def merged(more: Any, own: Any) -> Any:
    """A recipe's value with what a choice adds to it, which comes first in lists."""
    if isinstance(more, dict):
        return {**own, **{key: merged(more[key], own.get(key, _empty(more[key]))) for key in more}}
    return [*more, *own] if isinstance(more, list) else more


def _empty(value: Any) -> Any:
    return {} if isinstance(value, dict) else []


def _whole(file: YamlFile, kind: Kind) -> Iterator[Leaf]:
    if file.value is None:
        raise Problem((), "the file is empty", kind.words)
    if not isinstance(file.value, dict) and not isinstance(kind, List):
        raise Problem((), "the file is not a mapping", "each line is KEY: VALUE")
    yield from kind.walk(file.value, ())


def _recipe(file: YamlFile, folder: str, builders: Builders) -> Iterator[Leaf]:
    known = Record(_keys(file.value, builders))
    leaves = list(_whole(file, known))
    for more in file.value.get(CHOICES, {}):
        # What a choice adds must fit to what it is added to.
        own = {key: value for key, value in file.value.items() if key != CHOICES}
        added = merged(file.value[CHOICES][more], own)
        list(known.walk(added, (CHOICES, more)))
    name = file.value["name"]
    if name != folder:
        raise Problem(("name",), f"'{name}' is not the name of its folder, '{folder}'")
    if "version" not in file.value and not {*keys.FOREIGN}.isdisjoint(file.value):
        raise Problem((), "key 'version' is missing", f"version: {keys.VERSION.words}")
    _check_licence(leaves)
    _check_files(leaves)
    _check_needs(leaves)
    yield from leaves


def _keys(recipe: Any, builders: Builders) -> keys.Keys:
    """The keys that this recipe may have. Raises Problem for one of another builder."""
    if not isinstance(recipe, dict) or not isinstance(recipe.get("build"), str):
        return keys.of(())
    build = recipe["build"]
    if build not in builders:
        error = unknown("there is no builder", build, builders)
        raise Problem(("build",), error.message, error.hint)
    found = keys.of(builders[build])
    known = {key.name for key in found}
    for word in recipe:
        users = [name for name, own in builders.items() if word in {key.name for key in own}]
        if word not in known and users:
            own_keys = ", ".join(key.name for key in builders[build]) or "none"
            problem = f"not a key of builder '{build}', only of {', '.join(users)}"
            raise Problem((word,), problem, f"keys of '{build}' alone: {own_keys}")
    return found


def _check_licence(leaves: list[Leaf]) -> None:
    for at, kind, value in leaves:
        if kind is keys.SPDX:
            try:
                spdx.check(value)
            except spdx.Wrong as wrong:
                raise Problem(at, wrong.message, wrong.hint) from None


def _check_files(leaves: list[Leaf]) -> None:
    seen: dict[str, At] = {}
    for at, kind, value in leaves:
        if kind is keys.FILE and value in seen:
            raise Problem(at, f"'{value}' is the name of another source too", "rename one of them")
        if kind is keys.FILE:
            seen[value] = at


def _check_needs(leaves: list[Leaf]) -> None:
    """Placeholders may name only what the recipe needs."""
    needs = [leaf.value for leaf in leaves if leaf.kind is keys.PACKAGE and "needs" in leaf.at]
    for at, kind, value in leaves:
        for name in NEED.findall(value) if kind is keys.MADE else ():
            if name not in needs:
                listed = ", ".join(needs) or "none"
                raise Problem(
                    at, f"{{needs[{name}]}}: '{name}' is not in needs", f"needs: {listed}"
                )
