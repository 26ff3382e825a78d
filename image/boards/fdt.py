# SPDX-License-Identifier: MIT
"""Flattened device trees: read with every offset checked, and written.

The format is the Devicetree Specification's, chapter 5, version 17. All numbers are big endian.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from image.errors import UserError

# magic, total size; offsets of structure, strings, reservations; version, oldest reader's version,
# boot CPU; sizes of strings and structure
HEADER = struct.Struct(">10I")
MAGIC = 0xD00DFEED
VERSION, OLDEST = 17, 16
BEGIN_NODE, END_NODE, PROPERTY, NOTHING, END = 1, 2, 3, 4, 9
WORD = struct.Struct(">I")
RESERVATION = struct.Struct(">QQ")
DEPTH = 16  # boards' trees are some five deep
NAME_LIMIT = 256  # names have some thirty letters


@dataclass(frozen=True)
class Node:
    """One node. Reading a property that is missing or of another kind raises UserError."""

    name: str
    properties: Mapping[str, bytes] = field(default_factory=dict)
    children: tuple["Node", ...] = ()

    def child(self, name: str) -> "Node | None":
        """The child of that name; a name without a unit address finds one that has any."""
        same = (child for child in self.children if name in (child.name, child.name.split("@")[0]))
        return next(same, None)

    def find(self, path: str) -> "Node | None":
        """The node at a path below this one, as in `images/kernel-1`."""
        node: Node | None = self
        for name in filter(None, path.split("/")):
            node = node.child(name) if node else None
        return node

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def value(self, name: str) -> bytes:
        """A property as it is."""
        if name not in self.properties:
            raise UserError(f"device tree: node '{self.name or '/'}' has no property {name}")
        return self.properties[name]

    def texts(self, name: str) -> tuple[str, ...]:
        """A property that is a list of strings."""
        value = self.value(name)
        if not value.endswith(b"\0") or not value.isascii():
            raise self._wrong(name, "text")
        return tuple(value[:-1].decode("ascii").split("\0"))

    def text(self, name: str) -> str:
        """A property that is one string."""
        texts = self.texts(name)
        if len(texts) != 1:
            raise self._wrong(name, "one text")
        return texts[0]

    def cells(self, name: str) -> tuple[int, ...]:
        """A property that is a list of 32 bit numbers."""
        value = self.value(name)
        if len(value) % WORD.size:
            raise self._wrong(name, "a list of numbers")
        return tuple(cell for (cell,) in WORD.iter_unpack(value))

    def number(self, name: str) -> int:
        """A property that is one number of one or two cells."""
        cells = self.cells(name)
        if len(cells) not in (1, 2):
            raise self._wrong(name, "one number")
        return int.from_bytes(self.value(name), "big")

    def ranges(self, name: str, parent: "Node") -> tuple[tuple[int, int], ...]:
        """A property that is a list of addresses with sizes, as wide as the parent says."""
        widths = [
            parent.number(cells) if cells in parent.properties else default
            for cells, default in (("#address-cells", 2), ("#size-cells", 1))
        ]
        if any(width not in (1, 2) for width in widths):
            raise self._wrong(name, "made of numbers of one or two cells")
        address, value = widths[0] * WORD.size, self.value(name)
        step = sum(widths) * WORD.size
        if len(value) % step:
            raise self._wrong(name, "a list of addresses and sizes")
        pairs = (value[at : at + step] for at in range(0, len(value), step))
        return tuple(
            (int.from_bytes(pair[:address], "big"), int.from_bytes(pair[address:], "big"))
            for pair in pairs
        )

    def _wrong(self, name: str, expected: str) -> UserError:
        where = f"device tree: property {name} of node '{self.name or '/'}'"
        return UserError(f"{where} is not {expected}")


@dataclass(frozen=True)
class Tree:
    """A device tree: its root, and the memory (address, size) that nobody may touch."""

    root: Node
    reserved: tuple[tuple[int, int], ...] = ()


def read(data: bytes, what: str = "device tree") -> Tree:
    """Read a flattened device tree; `what` names it in errors. Raises UserError.

    Bytes after the size in the header are not looked at.
    """
    return _Reader(data, what).tree()


def write(tree: Tree) -> bytes:
    """A tree's bytes; the same for equal trees."""
    strings: dict[str, int] = {}
    structure = _node(tree.root, strings) + WORD.pack(END)
    names = b"".join(name.encode("ascii") + b"\0" for name in strings)
    reserved = b"".join(RESERVATION.pack(*pair) for pair in (*tree.reserved, (0, 0)))
    at_structure = HEADER.size + len(reserved)
    at_strings = at_structure + len(structure)
    header = HEADER.pack(
        MAGIC, at_strings + len(names), at_structure, at_strings, HEADER.size, VERSION, OLDEST, 0,
        len(names), len(structure),
    )  # fmt: skip
    return header + reserved + structure + names


def _node(node: Node, strings: dict[str, int]) -> bytes:
    parts = [WORD.pack(BEGIN_NODE), _aligned(node.name.encode("ascii") + b"\0")]
    for name, value in node.properties.items():
        offset = strings.setdefault(name, sum(len(known) + 1 for known in strings))
        parts += [struct.pack(">III", PROPERTY, len(value), offset), _aligned(value)]
    parts += [_node(child, strings) for child in node.children]
    return b"".join([*parts, WORD.pack(END_NODE)])


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % WORD.size)


class _Reader:
    """One pass over a flattened tree; `at` is where in the structure it is."""

    def __init__(self, data: bytes, what: str) -> None:
        self.what = what
        if len(data) < HEADER.size:
            raise self.error(f"{len(data)} bytes are none")
        fields = HEADER.unpack_from(data)
        magic, total, structure, strings, self.reservations, version, oldest, _, *sizes = fields
        if magic != MAGIC:
            raise self.error(f"magic is {magic:#x}, {MAGIC:#x} expected")
        if version < VERSION or oldest > VERSION:
            raise self.error(f"version is {version}, {VERSION} expected")
        if not HEADER.size <= total <= len(data):
            raise self.error(f"the header says {total} bytes, the file has {len(data)}")
        self.data = data[:total]
        self.strings = self.block("strings", strings, sizes[0])
        self.structure = self.block("structure", structure, sizes[1])
        self.at = 0

    def error(self, problem: str) -> UserError:
        return UserError(f"{self.what}: {problem}")

    def block(self, name: str, offset: int, size: int) -> bytes:
        if offset < HEADER.size or offset + size > len(self.data):
            raise self.error(f"the {name} block at {offset:#x} with {size:#x} bytes is not inside")
        return self.data[offset : offset + size]

    def tree(self) -> Tree:
        reserved = self.read_reservations()
        if self.token() != BEGIN_NODE:
            raise self.error("there is no root node")
        root = self.node(1)
        if self.token() != END:
            raise self.error("something follows the root node")
        return Tree(root, reserved)

    def read_reservations(self) -> tuple[tuple[int, int], ...]:
        found: list[tuple[int, int]] = []
        offset = self.reservations
        while True:
            address, size = RESERVATION.unpack(self.block("reservation", offset, RESERVATION.size))
            if not address and not size:
                return tuple(found)
            found.append((address, size))
            offset += RESERVATION.size

    def node(self, depth: int) -> Node:
        if depth > DEPTH:
            raise self.error(f"nodes are nested more than {DEPTH} deep")
        name = self.name(self.structure, self.at)
        self.skip(len(name) + 1)
        properties: dict[str, bytes] = {}
        children: dict[str, Node] = {}
        while (token := self.token()) != END_NODE:
            if token == PROPERTY and not children:
                key, value = self.property()
                if key in properties:
                    raise self.error(f"node '{name}' has property {key} twice")
                properties[key] = value
            elif token == BEGIN_NODE:
                child = self.node(depth + 1)
                if child.name in children:
                    raise self.error(f"node '{name}' has a child '{child.name}' twice")
                children[child.name] = child
            else:
                raise self.error(f"token {token:#x} in node '{name}'")
        return Node(name, properties, tuple(children.values()))

    def property(self) -> tuple[str, bytes]:
        size, offset = self.word(), self.word()
        start = self.at
        self.skip(size)
        return self.name(self.strings, offset), self.structure[start : start + size]

    def token(self) -> int:
        while (token := self.word()) == NOTHING:
            pass
        return token

    def word(self) -> int:
        start = self.at
        self.skip(WORD.size)
        word: int = WORD.unpack_from(self.structure, start)[0]
        return word

    def skip(self, size: int) -> None:
        if self.at + size > len(self.structure):
            raise self.error("the structure block ends in the middle of a node")
        self.at += size + -size % WORD.size

    def name(self, block: bytes, offset: int) -> str:
        end = block.find(b"\0", offset, offset + NAME_LIMIT)
        raw = block[offset:end]
        if end < 0 or not raw.isascii():
            raise self.error(f"there is no name at {offset:#x}")
        return raw.decode("ascii")
