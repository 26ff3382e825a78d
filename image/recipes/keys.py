# SPDX-License-Identifier: MIT
"""The keys that every recipe may have, and kinds of values that builders use for their own."""

from collections.abc import Mapping

from image.recipes.kinds import Flag, Key, List, Map, OneOrMore, Record, Text, Value, Whole, partial
from image.recipes.source import COMMIT, FOLDER, MEANT, PARTS, URL

Keys = tuple[Key, ...]
Builders = Mapping[str, Keys]  # the own keys of each builder

# No leading /, and no part that is "..".
RELATIVE = r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\n]+"
PATH = Text("a relative path, without ..", RELATIVE)
TARGET = Text("a path on the card, without a leading / and without ..", RELATIVE)
PATTERN = Text("a pattern of files as in src/*.c, with ! in front to leave them out", RELATIVE)
OVERLAY = Text("a path in the checkout, in which {board} is the board", RELATIVE, ("board",))
WORD = Text("a word of a command line")
NAME = Text("a name (letters, digits, . _ + -)", r"[\w.+-]+")
VARIABLE = Text("the name of a variable", r"[A-Za-z_][\w-]*")
SYMBOL = Text("a Kconfig symbol, without CONFIG_", r"[A-Z][A-Z0-9_]*")
PACKAGE = Text("the name of a package", r"[a-z0-9][a-z0-9-]*")
SPDX = Text("an SPDX licence expression, as in MIT OR GPL-2.0-only")
BUILDER = Text("the name of a builder", r"[a-z_]+")
FILE, SHA256 = (Text(MEANT[name], PARTS[name].pattern) for name in ("file", "sha256"))
VERSION = Text("a version, in quotes", r"[A-Za-z0-9][\w.+~:-]*")
LINK = Text("an address: http:// or https://, host and path", URL.pattern)
# In them, {source} is the source tree, and {needs[NAME]} what package NAME left.
MADE = Text("text", fields=("source", "needs[NAME]"))

CFLAGS = Key("cflags", List(WORD), "compiler flags, after those that every package gets")
JOBS = Key("jobs", Whole(1, 1024), "limit of parallel jobs, for makefiles that need one")
VARIABLES = Key("make", Map(VARIABLE, Value(MADE)), "variables for make")
ARGUMENTS = Key("make", List(WORD), "more arguments for make")
DIRECTORY = Key("directory", PATH, "folder of the source tree in which make runs")


def _part(name: str, help: str) -> Key:
    return Key(name, Text(MEANT[name], PARTS[name].pattern), help)


SOURCE = Record(
    (
        Key("file", FILE, "its name in dl/", required=True),
        Key("urls", List(LINK), "where to download it, in this order", required=True),
        Key("sha256", SHA256, "its hash", required=True),
        _part("debian", "Debian source package that contains the same file"),
        _part("release", "Debian release that has that package, if it is not the host's"),
        _part("pypi", "Python package whose source distribution or wheel is this file"),
        _part("fallback", "Debian package with another version, as a last resort"),
    )
)
REPOSITORY = Record(
    (
        Key("name", Text("the name of a folder", FOLDER.pattern), "NAME.git in dl/", required=True),
        Key("setting", Text("a name in capitals", r"[A-Z][A-Z0-9_]*"),
            "option that names a local tree instead, as in SDK_DIR=PATH", required=True),
        Key("urls", List(LINK), "where to clone it from, in this order", required=True),
        Key("commit", Text("40 hexadecimal digits", COMMIT.pattern), "the commit", required=True),
        Key("folders", List(Text("the name of a folder", FOLDER.pattern)),
            "folders that are checked out", required=True),
        Key("marks", List(PATH), "files by which a local tree is recognised", required=True),
    )
)  # fmt: skip
LICENCE = Record(
    (
        Key("spdx", SPDX, "licence of the whole", required=True),
        Key("files", Map(PATH, SHA256), "licence texts in the source, each with its sha256"),
    )
)
# What a recipe asks of the storyteller's voices (voices.py).
VOICES = Record(
    (
        Key("link", NAME, "program that each voice is linked into"),
        Key("data", Flag(), "whether the files that voices read are needed"),
        Key("env", Flag(), "the same on the build machine, with the variables that lead to them"),
    )
)
COMMON: Keys = (
    Key("name", PACKAGE, "the package's name: that of its folder", required=True),
    Key("version", VERSION,
        "the version; the project's own if left out, for what has no source from elsewhere"),
    Key("summary", Text(), "what it is, in one line", required=True),
    Key("licence", LICENCE, "its licence", required=True),
    Key("build", BUILDER, "the builder: how it is built", required=True),
    Key("source", OneOrMore(SOURCE), "files from upstream; archives are unpacked"),
    Key("repository", REPOSITORY, "a git repository that other packages are built from"),
    Key("tree", Map(PACKAGE, List(PATH)), "folders of other packages' repositories, as the source"),
    Key("code", PACKAGE, "package whose src/ is the source; its own if left out"),
    Key("patches", PATH, "folder of the checkout with patches; the package's own if left out"),
    Key("needs", List(PACKAGE), "packages built before it, for headers and libraries"),
    Key("host", List(PACKAGE), "packages whose programs run on the build machine to make it"),
    Key("memmap", Flag(), "whether it reads the board's memory map, as memmap/ in its source"),
    Key("stage", Map(TARGET, PATH), "files kept for other packages: path there: path here"),
    Key("install", Map(TARGET, PATH), "files for the root file system: path there: path here"),
    Key("boot", Map(TARGET, PATH), "files for the boot partition: path there: path here"),
    Key("settings", Map(TARGET, Map(NAME, SYMBOL)),
        "settings files for the root file system: path: key: its Kconfig symbol"),
    Key("voices", VOICES, "what each voice that is built in adds to this package"),
)  # fmt: skip
CHOICES = "choices"
FOREIGN = ("source", "repository", "tree")  # what brings sources from elsewhere


def of(own: Keys) -> Keys:
    """All keys of a recipe whose builder has these `own` keys."""
    keys = (*COMMON, *own)
    addable = tuple(key for key in keys if isinstance(key.kind, List | Map))
    more = Map(SYMBOL, partial(Record(addable)))
    return (*keys, Key(CHOICES, more, "what is added to these keys if a Kconfig symbol is on"))
