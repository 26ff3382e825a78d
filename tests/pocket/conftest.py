# SPDX-License-Identifier: MIT
"""What the tests of the training share."""

import pytest

from packages.pocket.training.stories import Generator


@pytest.fixture(scope="session")
def generator() -> Generator:
    return Generator()
