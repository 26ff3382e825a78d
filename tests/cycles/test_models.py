# SPDX-License-Identifier: MIT
"""Which model the engines are measured with."""

from dataclasses import replace
from pathlib import Path

import pytest

from image import fetch
from image.cycles import engines, models, stand_in
from image.key import hash_file
from image.model import HEADER, expected_bytes
from image.project import Project, load
from image.recipes.source import Source
from tests.conftest import ROOT
from tests.engine import oracle


@pytest.fixture
def offline(tmp_path: Path) -> Project:
    """With nothing in its dl/, and no network."""
    return load(ROOT, {"board": "qemu_virt", "DL_DIR": str(tmp_path / "dl"), "OFFLINE": "1"})


def test_stand_in_where_stories15m_cannot_be_had(
    offline: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = engines.open_bench(offline, tmp_path / "cycles")
    said = capsys.readouterr().out
    assert "stories15M.bin could not be fetched" in said
    assert said.splitlines()[-1] == f"model: {stand_in.NAME}"
    assert found.model == stand_in.NAME
    header = HEADER.unpack_from(found.checkpoint.read_bytes())
    assert header == (288, 768, 6, 6, 6, 32000, 256)
    assert found.checkpoint.stat().st_size == expected_bytes(header)
    # What is damaged is written anew, and the same.
    found.tokenizer.write_bytes(b"damaged")
    assert stand_in.files(found.work) == (found.checkpoint, found.tokenizer)
    assert hash_file(found.tokenizer) == stand_in.SHA256[1]


def test_downloaded_model_comes_first(offline: Project, tmp_path: Path) -> None:
    (tmp_path / "dl").mkdir()
    sources = []
    for source in offline.packages[models.LARGE].sources:
        (tmp_path / "dl" / source.file).write_bytes(b"stories")
        sha256 = hash_file(tmp_path / "dl" / source.file)
        sources.append(Source(source.file, source.urls, sha256))
    package = replace(offline.packages[models.LARGE], sources=tuple(sources))
    project = replace(offline, packages={**offline.packages, models.LARGE: package})
    found = models.chosen(project, tmp_path)
    assert (found.name, found.checkpoint.name) == ("stories15M", "stories15M.bin")
    assert fetch.known(sources[0], project.fetch)


def test_model_by_hand_comes_before_all(offline: Project, tmp_path: Path) -> None:
    files = [ROOT / "packages/pocket/src" / name for name in ("model.bin", "tokenizer.bin")]
    given = {"MODEL": str(files[0]), "TOKENIZER": str(files[1])}
    project = load(ROOT, {"board": "qemu_virt", **given})
    found = models.chosen(project, tmp_path)
    assert (found.checkpoint, found.tokenizer) == tuple(files)
    assert not list(tmp_path.glob("*.bin"))


def test_stand_in_chooses_as_a_trained_model_does() -> None:
    """Few words are likely, several are possible, and all that is said can be read again."""
    checkpoint, tokenizer = stand_in.files(ROOT / "work/cycles")
    model, words = oracle.Transformer(checkpoint), oracle.Tokenizer(tokenizer, stand_in.VOCAB)
    draw, token, shares = oracle.Rng(1), oracle.BOS, []
    for position in range(40):
        logits = model.forward(token, position)
        shares.append(float(oracle.softmax(logits).max()))
        token = oracle.pick(logits, 1.0, 0.9, draw.f32())
    assert 0.4 < sum(shares) / len(shares) < 0.9
    assert min(shares) < 0.5 and max(shares) > 0.9
    assert words.encode(b"jiqa bapuka") == [
        1,
        *map(words.tokens.__getitem__, [b" jiqa", b" bapuka"]),
    ]
