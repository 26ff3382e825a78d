# SPDX-License-Identifier: MIT
"""What a packed model says of its own errors holds over texts that the packer did not see."""

from pathlib import Path

import pytest

from tests.engine.conftest import PACKER, Engine, compile_c, pack
from tests.models import Model

DRIVER = Path(__file__).parent / "errors.c"
TELLER = next(path for path in PACKER if path.name == "teller.c")
TEXTS, LENGTH = 3, 96  # of each kind


@pytest.fixture(scope="module")
def scan(programs: Path) -> Engine:
    """The program that reads texts in both precisions."""
    return Engine((str(compile_c(programs / "errors", ["-O3"], main=[DRIVER, TELLER])),))


@pytest.fixture(scope="module")
def packed(packer: Engine, pocket: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's own model."""
    return pack(packer, pocket, tmp_path_factory.mktemp("packed"))


@pytest.mark.parametrize("seed", [4711, 90210])
def test_no_text_errs_more_than_the_header_says(scan: Engine, packed: Path, seed: int) -> None:
    """Told at several temperatures, random and repeated tokens; the packer's seed is 1."""
    done = scan(packed, str(seed), str(TEXTS), str(LENGTH), "1")
    assert (done.status, done.err) == (0, ""), done.out.decode()
    lines = done.out.decode().splitlines()
    assert len(lines) == 8
    assert all(f": {TEXTS * LENGTH} positions, " in line for line in lines)


def test_a_smaller_error_is_found_out(scan: Engine, packed: Path) -> None:
    """What the scan is worth: of a third of the header's error it finds positions above it."""
    assert scan(packed, "4711", str(TEXTS), str(LENGTH), "0.33").status == 1
