# SPDX-License-Identifier: MIT
"""Files of the checkout that are made from others: python -m image.generate writes them.

They are committed, so that people and tools can read them; a test compares them.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from image import builders
from image.recipes import keys, voices
from image.recipes.kinds import Key, Kind, Map, OneOrMore, Record, properties

ROOT = Path(__file__).resolve().parents[1]
COMMON_NAMES = {key.name for key in keys.COMMON}
HEAD = """\
# Recipes

`packages/NAME/package.yaml` says what a package is, where its source comes from, and how it is
built. This page is made from the tables that check recipes (`image/recipes/keys.py`, and `KEYS` of
each builder in `image/builders/`): `.venv/bin/python -m image.generate` writes it.
[How to add a package](architecture.md#a-package).

An error names file, line, key and what is allowed, for example:

    error: packages/flite/package.yaml:16: neds: unknown key 'neds'
    hint: did you mean needs?

Editors that know JSON schema check while you type, with this as the first line of a recipe:
`# yaml-language-server: $schema=../../image/recipes/schema.json`

**Text that looks like a number** needs quotes: `version: "1.10"`. A key may be given only once.
Aliases (`*name`) are not used. Required keys are in bold.

## Keys of every recipe

"""
CHOICES_HELP = """
The keys under `choices` are those of the recipe that are lists or mappings. What a choice adds
comes before the recipe's own entries.
"""
BUILDERS_HEAD = """
## Builders

The key `build` names one. These are its own keys, in addition to those above.
"""
VOICES_HEAD = """
## Voices

`packages/storyteller/voices/voices.yaml` has one entry per voice, by its name; the first is the
usual one. The recipes of `storyteller`, `say` and `greeting` take from it what they say under
`voices`; the menu (`packages/storyteller/voices/Kconfig`) and the program's table of voices
(`packages/storyteller/src/voice/voices.c`) are made from it.
[How to add a voice](architecture.md#a-voice).

"""


def document() -> str:
    """docs/recipes.md."""
    known = builders.keys()
    common = keys.of(())
    text = HEAD + _table(common) + CHOICES_HELP + BUILDERS_HEAD
    for name, own in known.items():
        about = (builders.find(name).__doc__ or "").partition("\n")[0].partition(": ")[2]
        text += f"\n### {name}\n\n{about[:1].upper()}{about[1:]}\n"
        text += f"\n{_table(own)}" if own else ""
    return text + VOICES_HEAD + _table(voices.VOICE.keys)


def _table(own: keys.Keys) -> str:
    rows = "".join(_rows(own, ""))
    return f"| key | value | meaning |\n|---|---|---|\n{rows}"


def _rows(own: keys.Keys, before: str) -> list[str]:
    found = []
    for key in own:
        name = f"{before}{key.name}"
        shown = f"**`{name}`**" if key.required else f"`{name}`"
        found.append(f"| {shown} | {_value(key)} | {key.help} |\n")
        if key.name != keys.CHOICES:
            found += _rows(*_inner(key.kind, name))
    return found


def _inner(kind: Kind, name: str) -> tuple[keys.Keys, str]:
    """The keys below a key, and how their names begin."""
    if isinstance(kind, Record):
        return kind.keys, f"{name}."
    if isinstance(kind, OneOrMore):
        return _inner(kind.of, name)
    if isinstance(kind, Map):
        return _inner(kind.value, f"{name}.NAME")
    return (), name


def _value(key: Key) -> str:
    if isinstance(key.kind, OneOrMore):
        return "a mapping, or a list of such"
    if isinstance(key.kind, Record):
        return "a mapping"
    if isinstance(key.kind, Map) and isinstance(key.kind.value, Record):
        return f"a mapping ({key.kind.key.words}: a mapping)"
    return key.kind.words.replace("|", "\\|")


def schema() -> str:
    """image/recipes/schema.json: the same for editors, as JSON schema."""
    whole = properties(keys.COMMON)
    known = builders.keys()
    whole["properties"]["build"]["enum"] = list(known)
    value = {
        "$comment": "SPDX-License-Identifier: MIT",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "packages/NAME/package.yaml",
        "type": "object",
        **whole,
        "allOf": [
            {
                "if": {"anyOf": [{"required": [key]} for key in keys.FOREIGN]},
                "then": {"required": ["version"]},
            },
            *(_schema_of(name, own) for name, own in known.items()),
        ],
    }
    return json.dumps(value, indent=1) + "\n"


def _schema_of(name: str, own: keys.Keys) -> Mapping[str, Any]:
    """What holds for the recipes of one builder."""
    allowed = keys.of(own)
    mine = properties([key for key in allowed if key not in keys.COMMON])
    added = mine["properties"][keys.CHOICES]["additionalProperties"]["properties"]
    added |= {key: {"$ref": f"#/properties/{key}"} for key in added if key in COMMON_NAMES}
    names = [key.name for key in allowed]
    return {
        "if": {"properties": {"build": {"const": name}}, "required": ["build"]},
        "then": {**mine, "propertyNames": {"enum": names}},
    }


def menu() -> str:
    """packages/storyteller/voices/Kconfig."""
    return voices.kconfig(voices.read(ROOT / "packages")[0])


def table() -> str:
    """packages/storyteller/src/voice/voices.c."""
    return voices.table(voices.read(ROOT / "packages")[0])


FILES: Mapping[str, Callable[[], str]] = {
    "docs/recipes.md": document,
    "image/recipes/schema.json": schema,
    f"packages/{voices.FOLDER}/Kconfig": menu,
    f"packages/{voices.TABLE}": table,
}


def main() -> None:
    """Write each file that is not as it should be, and say so."""
    for name, made in FILES.items():
        path, text = ROOT / name, made()
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            print(name)


if __name__ == "__main__":
    main()
