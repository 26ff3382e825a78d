# SPDX-License-Identifier: MIT
"""fip.bin: the official packer's bytes, and nothing else is read."""

import dataclasses
import hashlib
import lzma
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from image.boards import fip
from image.boards import loader as second
from image.errors import UserError

HEAD = struct.Struct("<4s4sIIQ8s")
RTOS_RUN = 0x83F40000
HEADER = """
struct fip_param2 {{
	uint64_t magic1;
	uint32_t words[14];
{bl32}	uint32_t loader_2nd_reserved0;
	uint32_t loader_2nd_loadaddr;
	uint8_t reserved4[4016];
}} __packed;
"""


def made(name: str, size: int) -> bytes:
    """Bytes that nothing compresses, the same on each machine."""
    return hashlib.shake_256(name.encode()).digest(size)


def raw_loader(body: bytes, magic: bytes = b"BL33") -> bytes:
    """A second loader with the vendor's head, as its assembler leaves it."""
    rest = b"\xec\xbe\xad\xde\x6f\x00\xc0\x00"
    head = HEAD.pack(b"\x6f\0\0\x02", magic, 0xDEADBEEA, 0xDEADBEEB, 0x80200000, rest)
    return head + body


RAW = raw_loader(made("loader", 500) * 40)
PLAIN = fip.Fip(
    bl2=made("bl2", 40001),
    ddr_param=made("ddr_param", 8192),
    monitor=made("monitor", 70003),
    loader=second.squeeze(RAW),
)
WITH_RTOS = dataclasses.replace(PLAIN, rtos=made("rtos", 13480), rtos_run=RTOS_RUN)
BYTES = fip.pack(WITH_RTOS)


# sha256 of what the vendor's fiptool.py writes of these inputs with its fip.mk's options: that of
# the SDK of July 2023, and that of sophgo/fsbl, branch cv18xx-v4.2.x, which knows a BL32.
@pytest.mark.parametrize(
    ("parts", "entry", "sha256"),
    [
        (WITH_RTOS, 0x40, "89d2fbe12bee1ac60baa1f6495390e75131081c7d576aab570ab0e2fa79949d3"),
        (PLAIN, 0x40, "97438d17c87cd6e95dad724f56a434b2a0a2c7b83a852ee2a7286c7819ea8d96"),
        (WITH_RTOS, 0x50, "d74b87bb69a243354329d33da66aa069266f341df1d550509c704ab33c2b7b72"),
        (PLAIN, 0x50, "a0ce35f81b0ed145983a1bc70ffa041600b11ee18c8b9acd72cd9361c1a17dd6"),
    ],
)
def test_same_bytes_as_the_official_packer(parts: fip.Fip, entry: int, sha256: str) -> None:
    packed = fip.pack(dataclasses.replace(parts, loader_entry=entry))
    assert hashlib.sha256(packed).hexdigest() == sha256
    assert fip.unpack(packed).loader_entry == entry


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (0x000, b"CVBL01\n\0\0\0\0\0"),
        (0x010, bytes(128)),
        (0x090, b"\xff" * 36),
        (0x0B4, bytes(8)),
        (0x0BC, struct.pack("<I", 760)),
        (0x0C0, b"\0\0\xfe\xca" + bytes(4) + struct.pack("<I", 0x05200200) + bytes(8)),
        (0x0D8, struct.pack("<II", 79 * 512, 0)),
        (0x0E0, struct.pack("<II", 0x1000 + 79 * 512, 0)),
        (0x0E8, bytes.fromhex("0c00000e010000a00c00000e020000a0a0ffffffffffffff") + bytes(736)),
        (0x3E0, bytes(0xC20)),
        (0x1000, PLAIN.bl2 + bytes(79 * 512 - 40001)),
    ],
)
def test_fields_of_param1(offset: int, expected: bytes) -> None:
    assert BYTES[offset : offset + len(expected)] == expected


def test_fields_of_param2() -> None:
    base = 0x1000 + 79 * 512
    words = struct.unpack("<20I", BYTES[base : base + 0x50])
    assert BYTES[base : base + 8] == b"CVLD02\n\0"
    assert words[3] == 0
    ddr = base + 0x1000
    assert words[5:8] == (ddr, 8192, 0)
    assert words[9:12] == (ddr + 8192, 27 * 512, RTOS_RUN)
    assert words[13:16] == (ddr + 8192 + 27 * 512, 137 * 512, 0x80000000)
    loader = ddr + 8192 + 27 * 512 + 137 * 512
    assert words[16:20] == (0, loader, 0, 0)
    assert not any(BYTES[base + 0x50 : ddr])
    assert BYTES[loader + 4 : loader + 8] == b"B3MA"
    assert struct.unpack_from("<IQ", BYTES, loader + 12) == (len(BYTES) - loader, 0x80200000)
    assert len(BYTES) % 512 == 0


def crc(data: bytes) -> bytes:
    """CRC-16/XMODEM bit by bit, as an independent witness, with the vendor's mark."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
    return struct.pack("<H", value) + b"\xfe\xca"


def test_checksums() -> None:
    base = 0x1000 + 79 * 512
    ddr = base + 0x1000
    assert BYTES[0x0C:0x10] == crc(BYTES[0x10:0x800])
    assert BYTES[0xD4:0xD8] == crc(BYTES[0x1000:base])
    assert BYTES[base + 8 : base + 12] == crc(BYTES[base + 12 : base + 0x1000])
    assert BYTES[base + 0x10 : base + 0x14] == crc(BYTES[ddr : ddr + 8192])
    rtos, monitor = ddr + 8192, ddr + 8192 + 27 * 512
    loader = monitor + 137 * 512
    assert BYTES[base + 0x20 : base + 0x24] == crc(BYTES[rtos:monitor])
    assert BYTES[base + 0x30 : base + 0x34] == crc(BYTES[monitor:loader])
    assert BYTES[loader + 8 : loader + 12] == crc(BYTES[loader + 12 :])


def test_without_rtos() -> None:
    read = fip.unpack(BYTES)
    assert fip.has_rtos(read)
    without = fip.pack(dataclasses.replace(read, rtos=b"", rtos_run=0))
    assert without == fip.pack(PLAIN)
    assert not fip.has_rtos(fip.unpack(without))
    base = 0x1000 + 79 * 512
    assert not any(without[base + 0x20 : base + 0x30])


def test_raw_loader_comes_back() -> None:
    read = fip.unpack(BYTES)
    assert second.raw_of(read.loader) == RAW
    assert second.run_address(read.loader) == 0x80200000


def test_loader_that_is_not_compressed() -> None:
    image = raw_loader(made("plain", 992))
    image = image[:12] + struct.pack("<I", len(image)) + image[16:]
    image = image[:8] + crc(image[12:]) + image[12:]
    assert second.raw_of(image)[32:] == image[32:]


parts = st.binary(min_size=1, max_size=1500)
fips = st.builds(
    fip.Fip,
    bl2=parts,
    ddr_param=parts,
    monitor=parts,
    loader=st.binary(max_size=2000).map(lambda body: second.squeeze(raw_loader(body))),
    monitor_run=st.integers(0, 2**32 - 1),
    chip_conf=st.binary(max_size=760),
    nand_info=st.binary(max_size=128),
    nor_info=st.binary(max_size=36),
    blcp_run=st.integers(0, 2**32 - 1),
    loader_entry=st.sampled_from([0x40, 0x50]),
)


@given(fips, st.none() | st.tuples(parts, st.integers(1, 2**32 - 1)))
def test_round_trip(made_up: fip.Fip, rtos: tuple[bytes, int] | None) -> None:
    if rtos:
        made_up = dataclasses.replace(made_up, rtos=rtos[0], rtos_run=rtos[1])
    packed = fip.pack(made_up)
    read = fip.unpack(packed)
    assert fip.pack(read) == packed
    for field in dataclasses.fields(fip.Fip):
        before, after = getattr(made_up, field.name), getattr(read, field.name)
        if isinstance(before, bytes):
            assert after[: len(before)] == before and not any(after[len(before) :])
        else:
            assert after == before


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(st.integers(0, len(BYTES) * 8 - 1))
def test_each_bit_counts(bit: int) -> None:
    damaged = bytearray(BYTES)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(UserError):
        fip.unpack(bytes(damaged))


@pytest.mark.parametrize("offset", [*range(0, 0x100, 3), *range(0xAE00, 0xAE60)])
def test_each_byte_of_the_tables_counts(offset: int) -> None:
    damaged = bytearray(BYTES)
    damaged[offset] ^= 0xFF
    with pytest.raises(UserError):
        fip.unpack(bytes(damaged))


@given(st.integers(0, len(BYTES) - 1))
def test_truncation(size: int) -> None:
    with pytest.raises(UserError):
        fip.unpack(BYTES[:size])


@given(st.binary(max_size=9000), st.booleans())
def test_any_bytes(noise: bytes, magic: bool) -> None:
    with pytest.raises(UserError):
        fip.unpack(b"CVBL01\n\0" + noise if magic else noise)


@given(st.integers(0, 0x3F), st.integers(0, 2**32 - 1))
def test_any_number_in_a_field(word: int, value: int) -> None:
    base = 0x1000 + 79 * 512
    for offset in (word * 4, base + word * 4):
        damaged = BYTES[:offset] + struct.pack("<I", value) + BYTES[offset + 4 :]
        if damaged != BYTES:
            with pytest.raises(UserError):
                fip.unpack(damaged)


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [
        (0x00, b"CVBL02", "MAGIC1 is"),
        (0x0C, bytes(4), "PARAM_CKSUM at 0xc is 0x0"),
        (0x2000, bytes(4), "BL2_IMG_CKSUM at 0xd4"),
        (0xD8, b"\xff\xff\xff\xff", "BL2 at 0x1000"),
        (0xE0, b"\xff\xff\xff\x7f", "PARAM2 at 0x7fffffff"),
        (0xAE00, b"x", "MAGIC of PARAM2"),
        (0xAE34, b"\xff\xff\xff\xff", "MONITOR at 0xffffffff"),
        (0xAE44, b"\xff\xff\xff\x0f", "LOADER_2ND at 0xfffffff"),
        (0xBE00, bytes(4), "DDR_PARAM_CKSUM at 0xae10"),
        (len(BYTES) - 1000, bytes(4), "LOADER_2ND: CKSUM"),
    ],
)
def test_the_field_is_named(offset: int, value: bytes, said: str) -> None:
    damaged = BYTES[:offset] + value + BYTES[offset + len(value) :]
    with pytest.raises(UserError, match=said):
        fip.unpack(damaged)


def test_bytes_behind_the_last_part() -> None:
    with pytest.raises(UserError, match=f"byte at {len(BYTES):#x} belongs to no part"):
        fip.unpack(BYTES + bytes(512))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bl2": b""}, "bl2 is empty"),
        ({"bl2": bytes(102401)}, "more than its 102400"),
        ({"monitor": b""}, "monitor is empty"),
        ({"rtos": b"x"}, "belong together"),
        ({"rtos_run": 1}, "belong together"),
        ({"monitor_run": 1 << 32}, "MONITOR_RUNADDR does not fit"),
        ({"monitor_run": -1}, "MONITOR_RUNADDR does not fit"),
        ({"chip_conf": bytes(761)}, "CHIP_CONF does not fit"),
        ({"loader_entry": 0x60}, "0x60 is not an entry"),
        ({"loader": RAW}, "SIZE is 0xdeadbeeb"),
        ({"loader": raw_loader(b"", b"B3Z4")}, 'magic is "B3Z4"'),
    ],
)
def test_what_cannot_be_packed(change: dict[str, bytes | int], said: str) -> None:
    with pytest.raises(UserError, match=said):
        fip.pack(dataclasses.replace(PLAIN, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [b"", b"BL33", raw_loader(b"x", b"B3MA"), bytes(100)])
def test_what_is_no_raw_loader(raw: bytes) -> None:
    with pytest.raises(UserError):
        second.squeeze(raw)


def signed(body: bytes) -> bytes:
    """A compressed loader with a right head around any body."""
    body += bytes(-(len(body) + 32) % 512)
    image = HEAD.pack(bytes(4), b"B3MA", 0, len(body) + 32, 0x80200000, bytes(8)) + body
    return image[:8] + crc(image[12:]) + image[12:]


def test_a_loader_that_ends_too_early() -> None:
    stream = lzma.compress(made("cut", 2000), format=lzma.FORMAT_ALONE)
    with pytest.raises(UserError, match="in the middle of its LZMA stream"):
        second.raw_of(signed(stream[: 3 * 512 - 32]))


def test_a_loader_that_is_not_padded() -> None:
    image = signed(lzma.compress(b"x", format=lzma.FORMAT_ALONE))[:-1]
    image = image[:12] + struct.pack("<I", len(image)) + image[16:]
    with pytest.raises(UserError, match="SIZE is 0x1ff"):
        second.raw_of(image[:8] + crc(image[12:]) + image[12:])


def test_a_loader_that_expands_without_end() -> None:
    bomb = signed(lzma.compress(bytes(64 << 20), format=lzma.FORMAT_ALONE, preset=0))
    with pytest.raises(UserError, match="expands to more than"):
        second.raw_of(bomb)


def test_a_loader_that_wants_all_memory() -> None:
    stream = bytearray(lzma.compress(b"x", format=lzma.FORMAT_ALONE))
    stream[1:5] = b"\0\0\0\xc0"  # the dictionary's size: 3 GiB
    with pytest.raises(UserError, match="not an LZMA stream"):
        second.raw_of(signed(bytes(stream)))


@pytest.mark.parametrize("tail", [b"x", bytes(100) + b"x"])
def test_a_loader_with_a_tail(tail: bytes) -> None:
    stream = lzma.compress(b"x", format=lzma.FORMAT_ALONE)
    with pytest.raises(UserError, match="after its LZMA stream"):
        second.raw_of(signed(stream + tail))


@pytest.mark.parametrize(("bl32", "entry"), [("", 0x40), ("\tuint32_t bl32_words[4];\n", 0x50)])
def test_entry_of_a_first_stage_loader(bl32: str, entry: int) -> None:
    assert fip.loader_entry(HEADER.format(bl32=bl32)) == entry


@pytest.mark.parametrize("bl32", ["\tuint32_t one;\n", "\tuint32_t a[8];\n"])
def test_a_first_stage_loader_that_is_not_known(bl32: str) -> None:
    with pytest.raises(UserError, match="does not tell"):
        fip.loader_entry(HEADER.format(bl32=bl32))
    with pytest.raises(UserError, match="does not tell"):
        fip.loader_entry("")
