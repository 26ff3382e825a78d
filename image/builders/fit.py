# SPDX-License-Identifier: MIT
"""Builder `fit`: kernel and device tree in the one file that the board's U-Boot loads."""

from image.boards import fit
from image.builders.job import Job

KEYS = ()

LINUX, DTB = "duo-linux", "duo-dtb"


def build(job: Job) -> None:
    """Pack what the two packages left; raises UserError when it does not fit into the memory."""
    assert job.memory_map is not None
    kernel = job.needs[LINUX] / "Image"
    job.memory_map.check_kernel(kernel)
    (blob,) = job.needs[DTB].glob("*.dtb")
    tree = blob.read_bytes()
    made = fit.pack(fit.Fit(kernel.read_bytes(), tree))
    job.memory_map.check_boot_file(len(made))
    (job.staging / "boot.sd").write_bytes(made)
