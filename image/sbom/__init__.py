# SPDX-License-Identifier: MIT
"""The bill of materials of a card: CycloneDX 1.6, the same bytes wherever it is made."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclonedx.model import ExternalReference, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model import ExternalReferenceType as ReferenceType
from cyclonedx.model import license as licences
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType, Pedigree
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output.json import JsonV1Dot6

from image.builders.toolchain import HOST, RISCV64
from image.key import canonical, hash_file
from image.plan.step import BOOT, ROOT, step_name
from image.recipes.package import Package
from image.sbom import patches, purl

if TYPE_CHECKING:
    from image.plan.graph import Plan

# Serial numbers are drawn from the content, in a name space of this project's own.
SERIALS = uuid.UUID("5a3c0f5e-8a1c-5d0e-9c4e-64d0057e11e5")
REQUIRED, EXCLUDED = ComponentScope.REQUIRED, ComponentScope.EXCLUDED
VERSION = re.compile(r"\d+(?:\.\d+)+")
# Kinds of components by the builder of a recipe; what is not here is told apart by what it gives.
KINDS = {
    **dict.fromkeys(("dtb", "files", "spoken"), ComponentType.DATA),
    **dict.fromkeys(("fip", "firmware", "fit", "vendor_image"), ComponentType.FIRMWARE),
    "packed": ComponentType.MACHINE_LEARNING_MODEL,
}
LIBGCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"


def make(plan: Plan, manifest: Mapping[str, Any], image: Path) -> dict[str, Any]:
    """The bill of the card `image`, of which `manifest` is the manifest."""
    card = Component(
        type=ComponentType.FIRMWARE,
        bom_ref="card",
        name=f"duo-storyteller-{manifest['board']}",
        version=manifest["key"],
        description="card image of a storytelling computer",
        hashes=_sha256(hash_file(image)),
        licenses=[licences.DisjunctiveLicense(name="several; see the components")],
    )
    entries = {entry["name"]: entry for entry in manifest["packages"]}
    shipped, builders = plan.packages, _only_host(plan)
    components = [
        *(_package(plan, package, entries[package.name]) for package in shipped),
        *(_package(plan, package, {}, EXCLUDED) for package in builders),
        *_given(manifest),
        *_tools(manifest),
    ]
    lifecycle = PredefinedLifecycle(LifecyclePhase.BUILD)
    bom = Bom(components=components, metadata=BomMetaData(component=card, lifecycles=[lifecycle]))
    _relate(bom, card, components, [*shipped, *builders])
    return _by_content(bom)


def _by_content(bom: Bom) -> dict[str, Any]:
    """As JSON, without the library's clock and dice: the same card has the same bill."""
    bill: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    del bill["metadata"]["timestamp"], bill["serialNumber"]
    return {**bill, "serialNumber": f"urn:uuid:{uuid.uuid5(SERIALS, canonical(bill))}"}


def _package(
    plan: Plan, package: Package, entry: Mapping[str, Any], scope: ComponentScope = REQUIRED
) -> Component:
    sources = entry.get("sources", [])
    version = next((s["version"] for s in sources if "version" in s), package.version)
    is_patched = package.patches and package.name not in plan.project.local_sources
    applied = package.patches if is_patched else ()
    return Component(
        type=_kind(package),
        bom_ref=package.name,
        name=package.name,
        version=version,
        description=package.summary,
        scope=scope,
        licenses=_licence(package.licence.spdx),
        purl=purl.of_package(plan, package, sources, version),
        external_references=_references(plan, package, sources),
        properties=[*_properties(package, entry), *map(_patch, applied)],
        components=_files(plan, package),
        pedigree=Pedigree(patches=map(patches.describe, applied)) if applied else None,
    )


def _kind(package: Package) -> ComponentType:
    if package.build in KINDS:
        return KINDS[package.build]
    targets = package.recipe.get("targets", ())
    if "Image" in targets:
        return ComponentType.OPERATING_SYSTEM
    if "u-boot.bin" in targets:
        return ComponentType.FIRMWARE
    installed = package.recipe.get("install", {})
    programs = [path for path in installed if {"bin", "sbin"} & set(path.split("/"))]
    is_program = programs or package.recipe.get("programs") or package.recipe.get("musl")
    return ComponentType.APPLICATION if is_program else ComponentType.LIBRARY


def _references(
    plan: Plan, package: Package, sources: Iterable[Mapping[str, Any]]
) -> Iterator[ExternalReference]:
    """Where the source is, with its hash; of a fallback, nothing that is not true of it."""
    for source, entry in zip(package.sources, sources, strict=False):
        if entry.get("sha256") == source.sha256:
            kind, hashes = ReferenceType.SOURCE_DISTRIBUTION, _sha256(source.sha256)
            for url in source.urls:
                yield ExternalReference(type=kind, url=XsUri(url), hashes=hashes)
    for name in package.tree:
        repository = plan.project.packages[name].repository
        if repository and name not in plan.project.local_sources:
            kind, commit = ReferenceType.VCS, repository.commit
            yield ExternalReference(type=kind, url=XsUri(repository.urls[0]), comment=commit)


def _properties(package: Package, entry: Mapping[str, Any]) -> Iterator[Property]:
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


def _patch(path: Path) -> Property:
    """The pedigree has patches without name and order; they are applied in the order of these."""
    return _property("patch", f"{path.name} sha256:{hash_file(path)}")


def _files(plan: Plan, package: Package) -> Iterator[Component]:
    """What of a package is on the card, root and boot partition, file by file."""
    if package.name not in plan.steps:
        return
    built = plan.folder(plan.step(package.name))
    for place, top in ((ROOT, "/"), (BOOT, "/boot/")):
        for path in (built / place).rglob("*"):
            if path.is_file() and not path.is_symlink():
                name = top + str(path.relative_to(built / place))
                ref = f"{package.name}:{name}"  # without one, the library draws a random one
                hashes = _sha256(hash_file(path))
                yield Component(type=ComponentType.FILE, bom_ref=ref, name=name, hashes=hashes)


def _given(manifest: Mapping[str, Any]) -> Iterator[Component]:
    """Files that were given by hand, of which no more than their content is known."""
    model, firmware = ComponentType.MACHINE_LEARNING_MODEL, ComponentType.FIRMWARE
    for group, kind, top in (("model", model, "/"), ("boot", firmware, "/boot/")):
        # One checkpoint may be on the card twice, packed and as it is: the first name counts.
        names = {sha256: path for path, sha256 in reversed(manifest[group].items())}
        for sha256, path in names.items():
            yield Component(
                type=kind,
                bom_ref=f"given:{path}",
                name=f"{top}{path}",
                version=sha256[:12],
                description="made of a file given by hand, whose hash this is",
                scope=REQUIRED,
                hashes=_sha256(sha256),
            )


def _tools(manifest: Mapping[str, Any]) -> Iterator[Component]:
    """The compiler with what it puts into programs, and what wrote the card."""
    identity = RISCV64.identity()
    gcc, binutils = str(identity["compiler"]), str(identity["binutils"])
    libgcc = _tool("libgcc", gcc, "the compiler's own functions, linked into the programs")
    libgcc.type, libgcc.scope = ComponentType.LIBRARY, REQUIRED
    libgcc.licenses = _licence(LIBGCC_LICENCE)
    yield libgcc
    yield _tool("gcc", gcc, "compiler")
    yield _tool("binutils", binutils, "assembler and linker")
    for tools in manifest["tools"].values():
        for name, version in tools.items():
            yield _tool(name, str(version), "writes the card image")


def _tool(name: str, identity: str, purpose: str) -> Component:
    versions = VERSION.findall(identity)
    version = versions[-1] if versions else identity
    return Component(
        type=ComponentType.APPLICATION,
        bom_ref=f"host:{name}",
        name=name,
        version=version,
        description=f"{purpose}; of the machine that built the card",
        scope=EXCLUDED,
        purl=purl.plain(name, version),
        properties=[_property("tool:identity", identity)],
    )


def _relate(
    bom: Bom, card: Component, components: Iterable[Component], packages: Iterable[Package]
) -> None:
    """Who needs whom. The card needs all that is on it."""
    known = {str(component.bom_ref): component for component in components}
    required = [one for one in known.values() if one.scope is REQUIRED]
    bom.register_dependency(card, required)
    for package in packages:
        needs = {*package.needs, *package.host_needs}
        needs |= {"host:libgcc"} if "musl" in needs else set()
        bom.register_dependency(known[package.name], [known[name] for name in needs & {*known}])


def _only_host(plan: Plan) -> list[Package]:
    """Packages that were built for the build machine alone."""
    names = {
        step.package.name: step.package
        for step in plan.steps.values()
        if step.package and step.name == step_name(step.package.name, HOST)
    }
    shipped = {package.name for package in plan.packages}
    return [package for name, package in sorted(names.items()) if name not in shipped]


def _licence(spdx: str) -> list[licences.License]:
    declared = licences.LicenseAcknowledgement.DECLARED
    return [licences.LicenseExpression(spdx, acknowledgement=declared)]


def _sha256(value: str) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=value)]


def _property(name: str, value: str) -> Property:
    return Property(name=f"duo-storyteller:{name}", value=value)
