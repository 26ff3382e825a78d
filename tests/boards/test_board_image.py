# SPDX-License-Identifier: MIT
"""The real board's card, built from a made-up SDK: layout, boot files, device tree, bad input."""

import json
import re
import shutil
from pathlib import Path

import pytest

from image import run, yamlfile
from image.boards import fip, fit, verify
from image.card import check
from image.cli.screen import explain
from image.errors import UserError
from image.key import hash_file
from tests.boards import toysdk
from tests.conftest import FACTS, ROOT, build, copy_checkout, copy_files, doit

FIRMWARE = ("duo-fsbl", "duo-linux", "duo-opensbi", "duo-uboot")
# Built by the emulated board's image, with the same keys.
SHARED = ("alsa-lib", "busybox", "datapart", "e2fsprogs", "flite", "host-llama", "libmicrohttpd",
          "listener", "llama", "musl", "pocket", "pocketsphinx", "story-page",
          "storyteller")  # fmt: skip
PATCH = """\
A patch that this made-up tree takes.

Upstream: no, it is made up.

--- a/opensbi/Makefile
+++ b/opensbi/Makefile
@@ -3,3 +3,3 @@
 \tmkdir -p build/platform/generic/firmware
 \tcp monitor.bin build/platform/generic/firmware/fw_dynamic.bin
-# a line that nothing needs
+# a line that a patch has changed
"""


def adapt(checkout: Path) -> Path:
    """Make a checkout build from the made-up tree: other patches, no licence texts to compare."""
    for patch in (checkout / "overlays/boards/milkv_duo/patches").glob("*/*.patch"):
        patch.unlink()
    (checkout / "overlays/boards/milkv_duo/patches/opensbi/0001-made-up.patch").write_text(PATCH)
    for name in FIRMWARE:
        path = checkout / "packages" / name / "package.yaml"
        recipe = dict(yamlfile.read(path).value)
        recipe["licence"].pop("files", None)
        path.write_text(json.dumps(recipe))  # which is YAML, too
    choose(checkout, "MODEL_POCKET=y")
    return checkout


def expect_toy_memory(checkout: Path) -> Path:
    """The parameters of the real memory chip are not ours to keep here."""
    path = checkout / "image/boards/verify.py"
    path.write_text(path.read_text().replace(verify.DDR_PARAM_SHA256, toysdk.DDR_PARAM_SHA256))
    return checkout


def choose(checkout: Path, *symbols: str) -> None:
    lines = "".join(f"CONFIG_{symbol}\n" for symbol in symbols)
    (checkout / "defconfigs/milkv_duo_defconfig").write_text(lines)


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    return toysdk.write(tmp_path / "sdk", ROOT / "overlays/boards/milkv_duo/kernel/required.yaml")


@pytest.fixture
def board(card: Path, checkout: Path) -> Path:
    """A checkout for the made-up tree, with what the emulated board's build has made already."""
    for name in SHARED:
        shutil.copytree(ROOT / "work" / name, checkout / "work" / name, symlinks=True)
    return expect_toy_memory(adapt(checkout))


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    """What the board's firmware is built from, for the made-up tree."""
    return adapt(copy_files(tmp_path / "checkout", *FACTS, "packages/duo-*/**/*"))


def image(checkout: Path, sdk: Path, *arguments: str) -> Path:
    doit(checkout, "image", "board=milkv_duo", f"SDK_DIR={sdk}", *arguments)
    return checkout / "out/milkv_duo/images/duo-storyteller-milkv_duo.img"


def complaint(checkout: Path, sdk: Path | None, *arguments: str) -> str:
    where = [f"SDK_DIR={sdk}"] if sdk else []
    with pytest.raises(run.CommandFailed) as caught:
        doit(checkout, *arguments, "board=milkv_duo", *where)
    assert "Traceback" not in caught.value.message
    return " ".join(caught.value.message.split())


def refusal(checkout: Path, sdk: Path | None, name: str, **options: str) -> str:
    """What is said of a step that cannot be done."""
    where = {"SDK_DIR": str(sdk)} if sdk else {}
    with pytest.raises(UserError) as caught:
        build(checkout, name, board="milkv_duo", **where, **options)
    return " ".join(explain(caught.value, None).split())


def staged(checkout: Path, package: str, name: str) -> Path:
    (path,) = (checkout / "work" / package).glob(f"*/staging/{name}")
    return path


def device_tree(checkout: Path, sdk: Path) -> str:
    folder = build(checkout, "duo-dtb", board="milkv_duo", SDK_DIR=str(sdk))
    return run.output(["dtc", "-I", "dtb", "-O", "dts", folder / "staging/milkv_duo.dtb"])


def test_the_whole_card(board: Path, sdk: Path, tmp_path: Path) -> None:
    made = image(board, sdk)
    said = doit(board, "check", "board=milkv_duo").splitlines()
    assert len(said) >= 28 and all(line.startswith("ok: ") for line in said)
    assert {"boot partition", "fip.bin", "root file system"} <= {one.split(": ")[1] for one in said}
    boot_sd = staged(board, "duo-bootsd", "boot.sd")
    listed = run.output(["dumpimage", "-l", boot_sd])
    assert "config-cv1800b_milkv_duo_sd" in listed and "lzma compressed" in listed
    read = fip.unpack(staged(board, "duo-fip", "fip.bin").read_bytes())
    assert read.monitor.startswith(b"stands for OpenSBI") and not fip.has_rtos(read)
    assert fit.unpack(boot_sd.read_bytes()).kernel == toysdk.kernel_image()

    twin = expect_toy_memory(adapt(copy_checkout(tmp_path / "elsewhere")))
    shutil.copytree(board / "work", twin / "work", symlinks=True)
    for package in ("duo-bootsd", "duo-fip", "duo-linux", "duo-dtb", "card", "release"):
        shutil.rmtree(twin / "work" / package)
    assert hash_file(image(twin, sdk)) == hash_file(made)


def test_the_check_sees_damage(board: Path, sdk: Path, tmp_path: Path) -> None:
    made = image(board, sdk)
    spoilt = tmp_path / "spoilt.img"
    shutil.copy(made, spoilt)
    with spoilt.open("r+b") as file:
        file.seek(spoilt.read_bytes().index(b"stands for OpenSBI"))
        file.write(b"STANDS")
    found = check.check(spoilt, ROOT / "overlays/boards/milkv_duo/memmap.yaml")
    assert f"1 of {len(found)} checks failed" in complaint(board, None, "check", f"file={spoilt}")
    assert any("MONITOR" in finding.detail for finding in found if not finding.ok)


def test_a_foreign_loader_file(board: Path, sdk: Path, tmp_path: Path) -> None:
    image(board, sdk)
    own = fip.unpack(staged(board, "duo-fip", "fip.bin").read_bytes())
    foreign = tmp_path / "foreign.bin"
    with_rtos = vars(own) | {"rtos": b"stands for FreeRTOS", "rtos_run": 0x83F40000}
    foreign.write_bytes(fip.pack(fip.Fip(**with_rtos)))
    image(board, sdk, f"FIP={foreign}")
    trees = list((board / "work/duo-dtb").glob("*/staging/milkv_duo.dtb"))
    texts = [run.output(["dtc", "-I", "dtb", "-O", "dts", tree]) for tree in trees]
    assert any(re.search(r"reg = <0x00 0x80000000 0x00 0x3f40000>", text) for text in texts)
    other = vars(own) | {"ddr_param": b"of another memory chip"}
    foreign.write_bytes(fip.pack(fip.Fip(**other)))
    said = complaint(board, sdk, "image", f"FIP={foreign}")
    assert "cannot start this card" in said and "WRONG: ddr_param" in said
    foreign.write_bytes(b"nothing of the kind")
    assert "fip.bin" in complaint(board, sdk, "image", f"FIP={foreign}")


def test_device_tree(firmware: Path, sdk: Path) -> None:
    text = device_tree(firmware, sdk)
    assert re.search(r"memory@80000000 \{[^}]*reg = <0x00 0x80000000 0x00 0x4000000>", text)
    assert 'model = "Milk-V Duo"' in text and 'riscv,isa = "rv64imafdvcsu"' in text
    assert "/memreserve/\t0x0000000080000000 0x0000000000040000;" in text
    assert "ion" not in re.findall(r"[\w-]+", text) and "cvitek-ion" not in text
    assert re.search(r'status \{[^}]*label = "status"', text)


@pytest.mark.parametrize(
    ("choice", "there", "gone"),
    [
        ("USB", ['dr_mode = "host"', 'label = "status"'], ["dac@0300A000", "i2s@04120000"]),
        ("GADGET", ['dr_mode = "otg"', 'label = "status"'], ["dac@0300A000", "i2s@04120000"]),
        ("PAGE", ['dr_mode = "otg"', 'label = "status"'], ["dac@0300A000", "i2s@04120000"]),
        ("I2S2", ["maxim,max98357a", "i2s@04120000", 'label = "status"'], ["dac@0300A000"]),
        ("DAC", ["dac@0300A000"], ["i2s@04120000", 'label = "status"']),
        ("NONE", ['label = "status"'], ["dac@0300A000", "i2s@04120000"]),
    ],
)
def test_each_way_of_sound(
    firmware: Path, sdk: Path, choice: str, there: list[str], gone: list[str]
) -> None:
    choose(firmware, f"DUO_SOUND_{choice}=y")
    text = device_tree(firmware, sdk)
    assert [part for part in there if part not in text] == []
    assert [part for part in gone if part in text] == []


@pytest.mark.parametrize(
    ("symbols", "gain"),
    [
        ([], "<0x0c>"),
        (["DUO_SOUND_DAC=y", "DUO_MICROPHONE_DB=0"], "<0x00>"),
        (["DUO_SOUND_USB=y", "DUO_MICROPHONE_USB=y"], None),
        (["DUO_SOUND_I2S2=y"], None),
        (["DUO_MICROPHONE_NONE=y"], None),
    ],
)
def test_each_microphone(firmware: Path, sdk: Path, symbols: list[str], gain: str | None) -> None:
    choose(firmware, *symbols)
    text = device_tree(firmware, sdk)
    assert ("adc@0300A100" in text) == (gain is not None)
    assert (f"gain-db = {gain};" in text) == (gain is not None)


def test_what_is_no_sdk(firmware: Path, sdk: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = refusal(firmware, empty, "duo-opensbi")
    assert f"{empty} is not a complete tree of duo-sdk" in said and "63fa9d586413" in said
    (sdk / "opensbi/Makefile").unlink()
    assert "opensbi/Makefile is missing" in refusal(firmware, sdk, "duo-opensbi")


def test_a_patch_that_does_not_apply(firmware: Path, sdk: Path) -> None:
    makefile = sdk / "opensbi/Makefile"
    makefile.write_text(makefile.read_text().replace("nothing needs", "somebody needs"))
    said = refusal(firmware, sdk, "duo-opensbi")
    assert "0001-made-up.patch does not apply to duo-opensbi" in said
    assert "opensbi/Makefile" in said and "Hunk #1 FAILED" in said


def test_a_kernel_that_is_too_big(firmware: Path, sdk: Path) -> None:
    (sdk / "linux_5.10/kernel.bin").write_bytes(toysdk.kernel_image(memory=19 << 20))
    assert "kernel" in refusal(firmware, sdk, "duo-bootsd")


def test_a_memory_map_that_overlaps(firmware: Path, sdk: Path) -> None:
    path = firmware / "overlays/boards/milkv_duo/memmap.yaml"
    path.write_text(path.read_text().replace("size: 18428 KiB", "size: 20 MiB"))
    said = refusal(firmware, sdk, "duo-dtb")
    assert "milkv_duo/memmap.yaml: KERNEL (0x80200000 to 0x81600000) and CVI_UPDATE_HEADER" in said


def test_without_the_sdk(firmware: Path) -> None:
    dl = f"{firmware}/dl"
    said = refusal(firmware, None, "fetch:duo-sdk", OFFLINE="1", DL_DIR=dl)
    assert "duo-sdk at commit 63fa9d586413 could not be fetched" in said
    assert "SDK_DIR=path" in said and "DL_MIRROR=" in said
