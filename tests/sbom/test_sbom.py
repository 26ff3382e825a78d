# SPDX-License-Identifier: MIT
"""The bill of materials: valid for two readers, true to the card, the same each time."""

import importlib.resources
import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import ComponentScope, ComponentType, PatchClassification
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import get_spdx_licensing
from packageurl import PackageURL
from referencing.jsonschema import DRAFT7

from image import builders, sbom
from image.card import release
from image.key import canonical, hash_file
from image.plan import graph
from image.recipes.loading import load
from image.sbom import patches, purl
from tests.conftest import ROOT, load_project

Bill = dict[str, Any]


@pytest.fixture(scope="session")
def bill(card: Path) -> Bill:
    found: Bill = json.loads(release.bill_path(card).read_text())
    return found


@pytest.fixture(scope="session")
def components(bill: Bill) -> dict[str, Bill]:
    return {component["bom-ref"]: component for component in bill["components"]}


def test_the_official_library_accepts_it(bill: Bill) -> None:
    complaint = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    assert complaint is None


def test_each_recipe_makes_a_good_component() -> None:
    """Those that this board does not have, too."""
    plan = graph.make(load_project())
    every = [
        sbom._package(plan, package, {})
        for name, package in plan.project.packages.items()
        if name not in plan.steps
    ]
    assert {"duo-linux", "duo-fsbl", "stories15m", "dropbear"} <= {one.name for one in every}
    text = JsonV1Dot6(Bom(components=every)).output_as_string()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_a_second_reader_accepts_it(bill: Bill) -> None:
    folder = importlib.resources.files("cyclonedx.schema") / "_res"
    schemas = {
        name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
        for name in ("bom-1.6", "spdx", "jsf-0.82")
    }
    places = [
        (schema["$id"], referencing.Resource.from_contents(schema, DRAFT7))
        for schema in schemas.values()
    ]
    registry = referencing.Registry().with_resources(places)
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    validator = jsonschema.Draft7Validator(
        schemas["bom-1.6"], registry=registry, format_checker=checker
    )
    assert list(validator.iter_errors(bill)) == []
    # It would have seen a fault.
    assert list(validator.iter_errors({**bill, "components": [{"name": "without type"}]}))


def test_package_urls_are_canonical(components: dict[str, Bill]) -> None:
    urls = [component["purl"] for component in components.values() if "purl" in component]
    assert len(urls) > 10
    for url in urls:
        assert PackageURL.from_string(url).to_string() == url


def test_licences_are_spdx(components: dict[str, Bill]) -> None:
    spdx = get_spdx_licensing()
    for ref, component in components.items():
        for licence in component.get("licenses", []):
            found = spdx.validate(licence["expression"])
            unknown = [s for s in found.invalid_symbols if not s.startswith("LicenseRef-")]
            assert not unknown, f"{ref}: {found.errors}"


def test_who_needs_whom_names_components(bill: Bill, components: dict[str, Bill]) -> None:
    needs = {row["ref"]: row.get("dependsOn", []) for row in bill["dependencies"]}
    assert set(needs) == {"card", *components}
    assert {ref for row in needs.values() for ref in row} <= set(components)
    assert "flite" in needs["storyteller"] and "musl" in needs["storyteller"]


def test_scope_tells_card_from_tools(bill: Bill, components: dict[str, Bill]) -> None:
    scopes = {ref: component["scope"] for ref, component in components.items()}
    assert scopes["host:gcc"] == scopes["host:mkfs.erofs"] == "excluded"
    # Linked into the programs, though they have no file on the card.
    assert scopes["musl"] == scopes["host:libgcc"] == "required"
    card = next(row for row in bill["dependencies"] if row["ref"] == "card")
    assert set(card["dependsOn"]) == {ref for ref, scope in scopes.items() if scope == "required"}


def test_files_are_those_of_the_card(card: Path, bill: Bill, components: dict[str, Bill]) -> None:
    plan = graph.make(load_project())
    tree = plan.folder(plan.step("rootfs")) / "root"
    listed = {
        file["name"]: file["hashes"][0]["content"]
        for component in components.values()
        for file in component.get("components", ())
    }
    assert listed["/usr/bin/storyteller"] == hash_file(tree / "usr/bin/storyteller")
    assert "/boot/Image" in listed
    assert bill["metadata"]["component"]["hashes"][0]["content"] == hash_file(card)


def test_programs_libraries_and_kernel_are_told_apart(components: dict[str, Bill]) -> None:
    kinds = {"e2fsprogs": "application", "busybox": "application", "storyteller": "application",
             "flite": "library", "musl": "library", "linux": "operating-system",
             "pocket": "machine-learning-model"}  # fmt: skip
    assert {name: components[name]["type"] for name in kinds} == kinds


def test_sources_have_their_hash(components: dict[str, Bill]) -> None:
    references = components["musl"]["externalReferences"]
    recipe = load(ROOT / "packages/musl/package.yaml", builders.keys())
    assert {r["url"] for r in references} == set(recipe.sources[0].urls)
    assert {r["hashes"][0]["content"] for r in references} == {recipe.sources[0].sha256}
    assert f"sha256:{recipe.sources[0].sha256}" in components["musl"]["purl"]


def test_patches_are_in_it(tmp_path: Path) -> None:
    """Dropbear's recipe has one; it is off on this board, so its component is made by hand."""
    given = load_project()
    component = sbom._package(graph.make(given), given.packages["dropbear"], {})
    assert component.pedigree
    (patch,) = component.pedigree.patches
    file = ROOT / "packages/dropbear/0001-no-dss-unless-fuzzing.patch"
    assert patch.type is PatchClassification.UNOFFICIAL and patch.diff and patch.diff.text
    assert patch.diff.text.content == file.read_text()
    named = {one.value for one in component.properties if one.name == "duo-storyteller:patch"}
    assert named == {f"{file.name} sha256:{hash_file(file)}"}


def test_a_folder_given_by_hand_has_no_more_than_a_name(tmp_path: Path) -> None:
    """What was published under the recipe's address is not what was built."""
    given = {"board": "qemu_virt", "SDK_DIR": str(tmp_path), "LINUX_SRC": str(tmp_path)}
    plan = graph.make(load_project(**given))
    source = {"sources": [{"origin": "local folder", "tree_sha256": "0" * 64}]}
    for name in ("linux", "duo-linux"):
        package = plan.project.packages[name]
        component = sbom._package(plan, package, {**source, "key": "1", "compiler": "gcc"})
        assert component.purl
        assert component.purl.to_string() == f"pkg:generic/{name}@{package.version}"
        assert not component.external_references


def test_files_given_by_hand_are_in_it() -> None:
    given = {"model": {"a/model.bin": "1" * 64, "a/float32.bin": "1" * 64}, "boot": {"f.bin": "2"}}
    model, firmware = sbom._given(given)
    kind = ComponentType.MACHINE_LEARNING_MODEL
    assert (model.type, model.name, model.hashes[0].content) == (kind, "/a/model.bin", "1" * 64)
    assert (firmware.name, firmware.scope) == ("/boot/f.bin", ComponentScope.REQUIRED)


def test_the_bill_is_the_same_each_time(card: Path, bill: Bill) -> None:
    """The library's defaults are a random serial number, random references, and the time."""
    plan = graph.make(load_project())
    again = sbom.make(plan, json.loads(card.with_name("manifest.json").read_text()), card)
    assert again == bill and json.dumps(again) == json.dumps(
        sbom.make(plan, release.manifest(plan), card)
    )


def test_serial_number_is_of_the_content(bill: Bill) -> None:
    rest = {key: value for key, value in bill.items() if key != "serialNumber"}
    assert bill["serialNumber"] == f"urn:uuid:{uuid.uuid5(sbom.SERIALS, canonical(rest))}"
    assert "timestamp" not in bill["metadata"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://github.com/festvox/flite/archive/v2.2/flite-2.2.tar.gz",
            "pkg:github/festvox/flite@v2.2",
        ),
        ("https://github.com/A/b/archive/refs/tags/1.0.tar.gz", "pkg:github/a/b@1.0"),
        ("https://raw.githubusercontent.com/a/b/350e04/x/y.bin", "pkg:github/a/b@350e04"),
        ("https://github.com/a/b/releases/download/v1/x.img.zip", "pkg:github/a/b@v1"),
        ("https://example.org/github.com/a/b/archive/v1/x.tar.gz", None),
    ],
)
def test_github_urls(url: str, expected: str | None) -> None:
    found = purl.of_github(url)
    assert (found and found.to_string()) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Why.\n\nUpstream: no, the vendor's tree is dead.\n", PatchClassification.UNOFFICIAL),
        ("Why.\n\nUpstream: commit 0123456789ab of linux\n", PatchClassification.BACKPORT),
        ("Why, without that line.\n", PatchClassification.UNOFFICIAL),
    ],
)
def test_patch_state(text: str, kind: PatchClassification) -> None:
    assert patches.state(text)[0] is kind
