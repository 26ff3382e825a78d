# SPDX-License-Identifier: MIT
"""The bill of materials of a card: CycloneDX 1.6, the same bytes wherever it is made."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from image.builders.toolchain import HOST, RISCV64
from image.key import canonical, hash_file
from image.plan.step import BOOT, ROOT, step_name
from image.recipes.package import Package
from image.sbom import patches, purl

if TYPE_CHECKING:
    from image.plan.graph import Plan

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
# Serial numbers are drawn from the content, in a name space of this project's own.
SERIALS = uuid.UUID("5a3c0f5e-8a1c-5d0e-9c4e-64d0057e11e5")
VERSION = re.compile(r"\d+(?:\.\d+)+")
# Kinds of components by the builder of a recipe; what is not here is told apart by what it gives.
KINDS = {
    "dtb": "data",
    "files": "data",
    "fip": "firmware",
    "firmware": "firmware",
    "fit": "firmware",
    "packed": "machine-learning-model",
    "spoken": "data",
    "vendor_image": "firmware",
}
LIBGCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"

Component = dict[str, Any]


def file_name(image: Path) -> str:
    """How the bill of a card image is called."""
    return f"{image.stem}.cdx.json"


def make(plan: Plan, manifest: Mapping[str, Any], image: Path) -> dict[str, Any]:
    """The bill of the card `image`, of which `manifest` is the manifest."""
    shipped = plan.packages
    builders = _only_host(plan)
    entries = {entry["name"]: entry for entry in manifest["packages"]}
    components = [
        *(_package(plan, package, entries[package.name]) for package in shipped),
        *({**_package(plan, package, {}), "scope": "excluded"} for package in builders),
        *_given(manifest),
        *_tools(plan, manifest),
    ]
    root = {
        "type": "firmware",
        "bom-ref": "card",
        "name": f"duo-storyteller-{manifest['board']}",
        "version": manifest["key"],
        "description": "card image of a storytelling computer",
        "hashes": _sha256(hash_file(image)),
        "licenses": [{"license": {"name": "several; see the components"}}],
    }
    bill = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"lifecycles": [{"phase": "build"}], "component": root},
        "components": components,
        "dependencies": _dependencies(plan, components, [*shipped, *builders]),
    }
    return {**bill, "serialNumber": f"urn:uuid:{uuid.uuid5(SERIALS, canonical(bill))}"}


def _package(plan: Plan, package: Package, entry: Mapping[str, Any]) -> Component:
    sources = entry.get("sources", [])
    version = next((s["version"] for s in sources if "version" in s), package.version)
    component: Component = {
        "type": _kind(package),
        "bom-ref": package.name,
        "name": package.name,
        "version": version,
        "description": package.summary,
        "scope": "required",
        "licenses": _licence(package.licence.spdx),
        "purl": purl.of_package(plan, package, sources, version),
        "externalReferences": list(_references(plan, package, sources)),
        "properties": list(_properties(package, entry)),
        "components": list(_files(plan, package)),
    }
    if package.patches and package.name not in plan.project.local_sources:
        component["pedigree"] = {"patches": [patches.describe(path) for path in package.patches]}
    return {key: value for key, value in component.items() if value not in ([], {})}


def _kind(package: Package) -> str:
    if package.build in KINDS:
        return KINDS[package.build]
    targets = package.recipe.get("targets", ())
    if "Image" in targets:
        return "operating-system"
    if "u-boot.bin" in targets:
        return "firmware"
    installed = package.recipe.get("install", {})
    programs = [path for path in installed if {"bin", "sbin"} & set(path.split("/"))]
    is_program = programs or package.recipe.get("programs") or package.recipe.get("musl")
    return "application" if is_program else "library"


def _references(
    plan: Plan, package: Package, sources: Iterable[Mapping[str, Any]]
) -> Iterator[Component]:
    """Where the source is, with its hash; of a fallback, nothing that is not true of it."""
    for source, entry in zip(package.sources, sources, strict=False):
        if entry.get("sha256") == source.sha256:
            for url in source.urls:
                yield {
                    "type": "source-distribution",
                    "url": url,
                    "hashes": _sha256(source.sha256),
                }
    for name in package.tree:
        repository = plan.project.packages[name].repository
        if repository and name not in plan.project.local_sources:
            yield {"type": "vcs", "url": repository.urls[0], "comment": repository.commit}


def _properties(package: Package, entry: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for source in entry.get("sources", []):
        for key in ("file", "sha256", "tree_sha256", "commit"):
            for value in _texts(source.get(key)):
                yield _property(f"source:{key}", value)
        if source.get("origin") == "this project":
            yield _property("source:origin", "this project")
    if "key" in entry:
        yield _property("build:key", entry["key"])
        yield _property("build:compiler", entry["compiler"])
    for path, sha256 in package.licence.files.items():
        yield _property("licence:text", f"{path} sha256:{sha256}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{name} {text}" for name, text in value.items())
    elif value:
        yield str(value)


def _files(plan: Plan, package: Package) -> Iterator[Component]:
    """What of a package is on the card, root and boot partition, file by file."""
    if package.name not in plan.steps:
        return
    built = plan.folder(plan.step(package.name))
    for place, top in ((ROOT, "/"), (BOOT, "/boot/")):
        for path in sorted((built / place).rglob("*")):
            if path.is_file() and not path.is_symlink():
                name = top + str(path.relative_to(built / place))
                yield {"type": "file", "name": name, "hashes": _sha256(hash_file(path))}


def _given(manifest: Mapping[str, Any]) -> Iterator[Component]:
    """Files that were given by hand, of which no more than their content is known."""
    kinds = {"model": ("machine-learning-model", "/"), "boot": ("firmware", "/boot/")}
    for group, (kind, top) in kinds.items():
        # One checkpoint may be on the card twice, packed and as it is: the first name counts.
        names = {sha256: path for path, sha256 in reversed(manifest[group].items())}
        for sha256, path in names.items():
            yield {
                "type": kind,
                "bom-ref": f"given:{path}",
                "name": f"{top}{path}",
                "version": sha256[:12],
                "description": "made of a file given by hand, whose hash this is",
                "scope": "required",
                "hashes": _sha256(sha256),
            }


def _tools(plan: Plan, manifest: Mapping[str, Any]) -> Iterator[Component]:
    """The compiler with what it puts into programs, and what wrote the card."""
    identity = RISCV64.identity()
    gcc, binutils = str(identity["compiler"]), str(identity["binutils"])
    yield {
        **_tool("libgcc", gcc, "the compiler's own functions, linked into the programs"),
        "type": "library",
        "scope": "required",
        "licenses": _licence(LIBGCC_LICENCE),
    }
    yield _tool("gcc", gcc, "compiler")
    yield _tool("binutils", binutils, "assembler and linker")
    for tools in manifest["tools"].values():
        for name, version in tools.items():
            yield _tool(name, str(version), "writes the card image")


def _tool(name: str, identity: str, purpose: str) -> Component:
    versions = VERSION.findall(identity)
    version = versions[-1] if versions else identity
    return {
        "type": "application",
        "bom-ref": f"host:{name}",
        "name": name,
        "version": version,
        "description": f"{purpose}; of the machine that built the card",
        "scope": "excluded",
        "purl": purl.plain(name, version),
        "properties": [_property("tool:identity", identity)],
    }


def _dependencies(
    plan: Plan, components: Iterable[Component], packages: Iterable[Package]
) -> list[dict[str, Any]]:
    """Who needs whom. The card needs all that is on it."""
    needs = {package.name: {*package.needs, *package.host_needs} for package in packages}
    for name in needs:
        if "musl" in needs[name]:
            needs[name].add("host:libgcc")
    refs = {str(component["bom-ref"]): str(component["scope"]) for component in components}
    rows = {"card": {ref for ref, scope in refs.items() if scope == "required"}}
    rows |= {ref: needs.get(ref, set()) & set(refs) for ref in refs}
    return [{"ref": ref, "dependsOn": sorted(on)} for ref, on in rows.items()]


def _only_host(plan: Plan) -> list[Package]:
    """Packages that were built for the building machine alone."""
    names = {
        step.package.name: step.package
        for step in plan.steps.values()
        if step.package and step.name == step_name(step.package.name, HOST)
    }
    shipped = {package.name for package in plan.packages}
    return [package for name, package in sorted(names.items()) if name not in shipped]


def _licence(spdx: str) -> list[dict[str, str]]:
    return [{"expression": spdx, "acknowledgement": "declared"}]


def _sha256(value: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": value}]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"duo-storyteller:{name}", "value": value}
