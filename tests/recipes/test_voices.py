# SPDX-License-Identifier: MIT
"""Voices: one entry is all that recipes, menu and greeting need."""

from pathlib import Path

import pytest

from image import builders, config
from image.errors import UserError
from image.recipes import voices
from image.recipes.loading import configured, load_all
from image.recipes.package import Package
from tests.conftest import CHOICES, copy_files

ENTRY = """
robot:
  title: a robot
  about: It beeps.
  size: Adds nothing.
  words_per_minute: 200
  engine: flite
  speaker: tin
  needs: [alsa-lib]
  libraries: [robot]
  data: [musl]
  env: {ROBOT_PATH: "{needs[musl]}/usr/share"}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Recipes and menu of this checkout, with one more voice."""
    entries = f"packages/{voices.FOLDER}/voices.yaml"
    engines = f"packages/{Path(voices.TABLE).parent}/speech_*.c"
    copy_files(tmp_path, *CHOICES, "packages/*/package.yaml", engines, entries)
    with (tmp_path / entries).open("a") as file:
        file.write(ENTRY)
    return tmp_path


def chosen(root: Path) -> dict[str, Package]:
    """The recipes, with the robot and nobody else built in."""
    defconfig = root / "defconfigs/qemu_virt_defconfig"
    symbols = config.load(root, "qemu_virt").symbols
    if "STORYTELLER_USE_ROBOT" in symbols:
        defconfig.write_text(defconfig.read_text() + "CONFIG_STORYTELLER_USE_ROBOT=y\n")
        symbols = config.load(root, "qemu_virt").symbols
        assert symbols["STORYTELLER_VOICE"] == "robot" and symbols["STORYTELLER_VOICE_ROBOT"]
        assert symbols["PACKAGE_ALSA_LIB"]
    found = load_all(root / "packages", builders.keys())
    return {name: configured(package, symbols) for name, package in found.items()}


def test_one_entry_is_enough(checkout: Path) -> None:
    packages = checkout / "packages"
    menu = voices.kconfig(voices.read(packages)[0])
    (packages / voices.FOLDER / "Kconfig").write_text(menu)
    found = chosen(checkout)
    teller, say, greeting = (found[name] for name in ("storyteller", "say", "greeting"))
    assert teller.needs[:2] == ("alsa-lib", "musl") and say.needs[0] == "alsa-lib"
    for package in (teller, say):
        assert package.recipe["cflags"][:2] == ["-DVOICE_ROBOT", "-DSPEECH_FLITE"]
        assert package.recipe["programs"][package.name]["libraries"][0] == "robot"
    assert greeting.needs == ("musl",)
    assert greeting.recipe["env"] == {"ROBOT_PATH": "{needs[musl]}/usr/share"}


def test_a_menu_that_is_out_of_date(checkout: Path) -> None:
    with pytest.raises(UserError, match="voices: .*STORYTELLER_VOICE_ROBOT") as caught:
        chosen(checkout)
    assert "image.generate" in str(caught.value.hint)


def test_a_bad_entry(checkout: Path) -> None:
    path = checkout / "packages" / voices.FOLDER / "voices.yaml"
    path.write_text(path.read_text().replace("[alsa-lib]", "[alsa]"))
    with pytest.raises(UserError, match=r"voices.yaml:\d+: robot.needs\[0\]: .*'alsa'"):
        load_all(checkout / "packages", builders.keys())
    path.write_text(
        path.read_text().replace("[alsa]", "[alsa-lib]").replace("speaker: tin", "speaker: a, b")
    )
    with pytest.raises(UserError, match=r"voices.yaml:\d+: robot.speaker: 'a, b'"):
        load_all(checkout / "packages", builders.keys())
    path.write_text(
        path.read_text().replace("a, b", "tin").replace("engine: espeak", "engine: festival")
    )
    with pytest.raises(UserError, match=r"voices.yaml:\d+: espeak.engine: .*'festival'") as caught:
        load_all(checkout / "packages", builders.keys())
    assert "speech_NAME.c" in str(caught.value.hint)
    path.write_text(
        path.read_text().replace("festival", "espeak").replace("title: a robot", "titel: a robot")
    )
    with pytest.raises(UserError, match=r"voices.yaml:\d+: robot.titel: unknown key") as caught:
        load_all(checkout / "packages", builders.keys())
    assert "did you mean title?" in str(caught.value.hint)
