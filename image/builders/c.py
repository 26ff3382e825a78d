# SPDX-License-Identifier: MIT
"""Builder `c`: plain C files, compiled one by one, into libraries and programs."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from image.builders.job import Job, copy_file, find_files
from image.recipes.keys import CFLAGS, NAME, PATH, PATTERN
from image.recipes.kinds import Key, List, Map, Record

KEYS = (
    CFLAGS,
    Key("include", List(PATH), "folders of the source with headers"),
    Key("libraries", Map(NAME, List(PATTERN)), "static libraries, with their source files"),
    Key("headers", List(PATTERN), "headers that other packages may include"),
    Key(
        "programs",
        Map(
            NAME,
            Record(
                (
                    Key("files", List(PATTERN), "its source files", required=True),
                    Key("libraries", List(NAME), "libraries that it is linked with, in link order"),
                )
            ),
        ),
        "programs, each with its files, and the libraries in link order",
    ),
)


def build(job: Job) -> None:
    """Compile what the recipe lists under `libraries`, `headers` and `programs`."""
    for name, patterns in dict(job.option("libraries", {})).items():
        _archive(job, job.staging / f"usr/lib/lib{name}.a", _compile(job, patterns))
    for header in find_files(job.source, list(job.option("headers")), job.package.name):
        copy_file(header, job.staging / "usr/include" / job.package.name / header.name)
    for name, program in dict(job.option("programs", {})).items():
        _link(job, name, program)


def _compile(job: Job, patterns: list[str]) -> list[Path]:
    files = find_files(job.source, patterns, job.package.name)
    with ThreadPoolExecutor(job.jobs) as pool:
        return list(pool.map(lambda file: _object(job, file), files))


def _object(job: Job, file: Path) -> Path:
    result = file.with_suffix(".o")
    includes = [f"-I{job.source / folder}" for folder in job.option("include")]
    name = file.relative_to(job.source)
    job.run(job.cc, *includes, *job.cflags, "-c", name, "-o", result.relative_to(job.source))
    return result


def _archive(job: Job, library: Path, objects: list[Path]) -> None:
    library.parent.mkdir(parents=True, exist_ok=True)
    # D: no times and owners in the archive, so that it is the same each time.
    members = [path.relative_to(job.source) for path in objects]
    job.run(job.target.prefix + "ar", "rcsD", library, *members)


def _link(job: Job, name: str, program: dict[str, Any]) -> None:
    objects = _compile(job, program["files"])
    result = job.staging / "usr/bin" / name
    result.parent.mkdir(parents=True, exist_ok=True)
    own = f"-L{job.staging / 'usr/lib'}"
    libraries = [f"-l{library}" for library in program.get("libraries", ())]
    job.run(job.cc, *objects, own, *job.ldflags, *libraries, "-o", result)
