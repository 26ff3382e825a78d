# SPDX-License-Identifier: MIT
"""What the kernel says of a process's memory is read as it is meant."""

from tests.storyteller.occupied import Mapping, mappings, resident_kib

SMAPS = """\
00010000-00402000 r--p 00000000 fe:00 5046320                            /usr/bin/storyteller
Size:               4040 kB
Rss:                 648 kB
Pss:                 648 kB
4000874000-40010cb000 rw-p 00000000 00:00 0
Size:               8540 kB
Rss:                7356 kB
VmFlags: rd wr mr mw me ac
"""


def test_mappings() -> None:
    found = list(mappings(SMAPS))
    assert found == [Mapping(0x10000, "/usr/bin/storyteller", 648), Mapping(0x4000874000, "", 7356)]
    assert resident_kib(found) == 8004
