# SPDX-License-Identifier: MIT
"""Builder `vendor_image`: a file out of the boot partition of a zipped card image."""

import shutil
import struct
import zipfile
from pathlib import Path

from image.builders.job import Job
from image.errors import UserError
from image.recipes.keys import PATH
from image.recipes.kinds import Key
from image.trouble import DISK

KEYS = (Key("take", PATH, "file of the boot partition", required=True),)

SECTOR = 512
MAX_BYTES = 4 << 30  # a vendor's image has about 1 GB
FIRST_ENTRY = 0x1BE + 8  # of the MBR: where the first partition starts, in sectors


def build(job: Job) -> None:
    """Unpack the image and copy the recipe's `take` out of its first partition."""
    image = job.source / "card.img"
    _unzip(job.source / job.package.sources[0].file, image)
    with image.open("rb") as file:
        file.seek(FIRST_ENTRY)
        start = struct.unpack("<I", file.read(4))[0] * SECTOR
    name = job.option("take")
    job.run("mcopy", "-n", "-i", f"{image}@@{start}", f"::/{name}", job.staging / name)


def _unzip(archive: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as packed:
            members = [one for one in packed.infolist() if one.filename.endswith(".img")]
            if len(members) != 1 or members[0].file_size > MAX_BYTES:
                raise UserError(f"{archive.name} does not hold one card image")
            with packed.open(members[0]) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        if isinstance(error, OSError) and error.errno in DISK:
            raise
        raise UserError(f"{archive.name} cannot be unpacked: {error}") from None
