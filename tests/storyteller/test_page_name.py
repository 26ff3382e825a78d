# SPDX-License-Identifier: MIT
"""The name storyteller.local: asked for over the loopback as computers do, and with any bytes."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from image import run
from tests.storyteller import build, fuzzing
from tests.storyteller.started import HUNG_S
from tests.storyteller.test_story_page import FILES, server
from tests.web import free_port

GROUP, PORT = "224.0.0.251", 5353
A, AAAA, NSEC, ANY = 1, 28, 47, 255
IN, UNICAST = 1, 0x8000
NAME = b"\x0bstoryteller\x05local\0"
POINTER = b"\xc0\x0c"
ADDRESS = socket.inet_aton("127.0.0.1")
ONLY_A = POINTER + b"\0\x01\x40"
PARTS = build.ROOT / "packages/story-page"
RUNS = 500_000
SILENCE_S = 0.5

__all__ = ["server"]


def question(*asked: tuple[bytes, int], kind: int = IN, flags: int = 0) -> bytes:
    """A packet with these questions."""
    head = struct.pack(">6H", 7, flags, len(asked), 0, 0, 0)
    return head + b"".join(name + struct.pack(">2H", type_, kind) for name, type_ in asked)


def record(name: bytes, type_: int, kind: int, seconds: int, data: bytes) -> bytes:
    """A record of an answer."""
    return name + struct.pack(">2HIH", type_, kind, seconds, len(data)) + data


@pytest.fixture
def named(server: Path, tmp_path: Path) -> Iterator[None]:
    """A server of the page that has the name, without a storyteller."""
    words: list[str | Path] = [server, "127.0.0.1", str(free_port()), tmp_path / "socket"]
    words += [FILES, tmp_path, "storyteller.local"]
    with run.beside(words, tmp_path / "log") as said:
        assert said and (tmp_path / "log").read_text().count("name") == 0
        yield


@pytest.fixture
def network(named: None) -> Iterator[socket.socket]:
    """What else is on that network: hears what is sent to all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind((GROUP, PORT))
        here = socket.inet_aton(GROUP) + ADDRESS
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, here)
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, ADDRESS)
        ear.settimeout(HUNG_S)
        yield ear


def ask(packet: bytes) -> bytes | None:
    """Of one that is no responder; None: no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, ADDRESS)
        plain.settimeout(SILENCE_S)
        plain.sendto(packet, (GROUP, PORT))
        try:
            return plain.recv(1500)
        except TimeoutError:
            return None


def test_responders_hear_the_address(network: socket.socket) -> None:
    asked = question((NAME, AAAA), (POINTER, A), kind=IN | UNICAST)
    network.sendto(asked, (GROUP, PORT))
    while (answer := network.recv(1500)) == asked:
        continue
    assert answer == (
        struct.pack(">6H", 0, 0x8400, 0, 1, 0, 1)
        + record(NAME, A, IN | UNICAST, 120, ADDRESS)
        + record(POINTER, NSEC, IN | UNICAST, 120, ONLY_A)
    )


def test_others_get_their_question_back(named: None) -> None:
    asked = question((NAME.upper(), A))
    address = record(POINTER, A, IN, 10, ADDRESS)
    nothing_else = record(POINTER, NSEC, IN, 10, ONLY_A)
    back = NAME + struct.pack(">2H", A, IN)
    answer = ask(asked)
    assert answer == struct.pack(">6H", 7, 0x8400, 1, 1, 0, 1) + back + address + nothing_else
    answer = ask(question((NAME, AAAA)))
    back = NAME + struct.pack(">2H", AAAA, IN)
    assert answer == struct.pack(">6H", 7, 0x8400, 1, 1, 0, 0) + back + nothing_else
    for packet in (
        question((b"\x05other\x05local\0", A)),
        question((b"\x01x" + NAME, A)),
        question((NAME, A), flags=0x8400),  # an answer
        question((NAME, A), kind=3),
        question((NAME, A))[:-1],
        question((b"\xc0\x0c", A)),  # a name that leads to itself
        b"",
    ):
        assert ask(packet) is None, packet


def test_fuzz_packets(programs: Path, tmp_path: Path) -> None:
    parts = (PARTS / "fuzz/mdns.c", PARTS / "src/mdns.c")
    inputs = (question((NAME, AAAA), (POINTER, A)), question((b"\x05other\xc0\x12", ANY)))
    program = fuzzing.compile_fuzzer(programs / "fuzz-mdns", f"-I{PARTS / 'src'}", *parts)
    fuzzing.fuzz(program, tmp_path, inputs, RUNS, 512)
