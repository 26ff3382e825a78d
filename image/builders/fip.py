# SPDX-License-Identifier: MIT
"""Builder `fip`: the three boot loaders in the one file that the boot ROM reads."""

from image.boards import fip, loader
from image.builders.job import Job

KEYS = ()

FSBL, OPENSBI, UBOOT = "duo-fsbl", "duo-opensbi", "duo-uboot"


def build(job: Job) -> None:
    """Pack what the three packages left in their staging folders."""

    def part(package: str, name: str) -> bytes:
        return (job.needs[package] / name).read_bytes()

    made = fip.Fip(
        bl2=part(FSBL, "bl2.bin"),
        ddr_param=part(FSBL, "ddr_param.bin"),
        monitor=part(OPENSBI, "fw_dynamic.bin"),
        loader=loader.squeeze(part(UBOOT, "u-boot-raw.bin")),
        loader_entry=fip.loader_entry(part(FSBL, "bl2.h").decode(errors="replace")),
    )
    (job.staging / "fip.bin").write_bytes(fip.pack(made))
