# SPDX-License-Identifier: MIT
"""What is certified from part of the evidence is what all of it gives, even where it is close."""

from pathlib import Path

import pytest

from tests.engine.conftest import CHECKED, Engine, compile_c

DRIVER = Path(__file__).parent / "certify.c"
ROUNDS = 20_000


@pytest.fixture(scope="session")
def trials(programs: Path) -> Engine:
    return Engine((str(compile_c(programs / "certify", ["-O3"], main=DRIVER)),))


@pytest.mark.parametrize("seed", range(1, 9))
def test_what_is_certified_is_true(trials: Engine, seed: int) -> None:
    """Coins and nuclei lie on the edges of decisions, or stand at the ends, in most cases."""
    done = trials(str(seed), str(ROUNDS))
    assert done.status == 0, done.out.decode()
    # Nor may everything be uncertain, nor anything that an edge was drawn through be taken.
    assert 0.2 * ROUNDS < int(done.out) < 0.6 * ROUNDS


def test_certifying_under_sanitizers(programs: Path) -> None:
    checked = Engine((str(compile_c(programs / "certify-checked", CHECKED, main=DRIVER)),))
    done = checked("99", "2000")
    assert (done.status, done.err) == (0, "")
