# SPDX-License-Identifier: MIT
"""Card sizes: refused before writing, with the lack and the setting."""

import pytest

from image.card import MIB, Part, check_size
from image.errors import UserError


def test_fits() -> None:
    check_size(Part("root", 8, 8 * MIB, "CARD_ROOT_MIB"))


def test_too_small() -> None:
    with pytest.raises(UserError) as caught:
        check_size(Part("root", 8, 8 * MIB + 1, "CARD_ROOT_MIB"))
    assert caught.value.message == "the root partition of 8 MiB is 1 bytes too small"
    assert caught.value.hint == "set CONFIG_CARD_ROOT_MIB=9 or more (./doit menuconfig)"
