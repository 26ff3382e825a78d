# SPDX-License-Identifier: MIT
"""The training: it learns, continues as if it had never stopped, and writes whole files."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="./doit test does not need the training's torch")
pytest.importorskip("sentencepiece")

import torch  # noqa: E402

from image.errors import UserError  # noqa: E402
from image.model import HEADER, chosen  # noqa: E402
from packages.pocket.training import checkpoint, model, muon, train  # noqa: E402
from packages.pocket.training.model import Shape  # noqa: E402
from packages.pocket.training.schedule import Schedule  # noqa: E402
from packages.pocket.training.train import Training  # noqa: E402

SMALL = Shape(dim=32, hidden=64, layers=2, heads=2, kv_heads=1, vocabulary=512, length=256)
SCHEDULE = Schedule(100_000, warm_steps=2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("packages.pocket.training.tokenizer.STORIES", 300)
    monkeypatch.setattr("packages.pocket.training.train.BATCH", 4)
    return tmp_path


def steps(training: Training, count: int) -> list[float]:
    losses = []
    for _ in range(count):
        training.learn()
        losses.append(training.loss)
    return losses


def test_it_learns(folder: Path) -> None:
    losses = steps(Training(folder, SCHEDULE, SMALL, seed=1), 30)
    assert losses[-1] < losses[0] - 0.2


def test_it_continues_as_if_it_had_not_stopped(folder: Path) -> None:
    training = Training(folder, SCHEDULE, SMALL, seed=1)
    steps(training, 3)
    training.save()
    expected = steps(training, 4)
    again = Training(folder, SCHEDULE, SMALL, seed=9)
    assert (again.step, steps(again, 4)) == (3, expected)


def test_it_begins_with_the_weights_of_another(folder: Path) -> None:
    first = Training(folder, SCHEDULE, SMALL, seed=1)
    steps(first, 20)
    first.save()
    weights = (folder / "model.bin").rename(folder / "other.bin")
    first.saved.unlink()
    second = Training(folder, SCHEDULE, SMALL, seed=1, weights=weights)
    assert second.step == 0
    assert second.bits_per_character() == pytest.approx(first.bits_per_character())
    second.save()
    with pytest.raises(UserError, match="this training began with the shipped model"):
        Training(folder, SCHEDULE, SMALL, seed=1)
    second.saved.unlink()
    with pytest.raises(UserError, match=r"other\.bin: not a whole checkpoint of this shape"):
        Training(folder, SCHEDULE, Shape(vocabulary=512), seed=1, weights=weights)


def test_shipped_weights_have_their_own_tokenizer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tokenizer.model").write_bytes(b"another")
    monkeypatch.setattr("sys.argv", ["train", str(folder), "--shipped"])
    assert train.main() == 2
    assert "tokenizer.model: not that of the shipped model" in capsys.readouterr().err


def test_a_kill_while_saving_leaves_the_old_checkpoint(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "checkpoint.pt"
    checkpoint.save({"step": 1}, target)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save({"step": 2}, target)
    assert checkpoint.load(target) == {"step": 1}


def test_damaged_and_foreign_checkpoints_are_named(folder: Path) -> None:
    training = Training(folder, SCHEDULE, SMALL, seed=1)
    training.save()
    with pytest.raises(UserError, match="another shape"):
        Training(folder, SCHEDULE, Shape(vocabulary=512), seed=1)
    training.saved.write_bytes(training.saved.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"checkpoint\.pt: not a checkpoint"):
        Training(folder, SCHEDULE, SMALL, seed=1)


def test_what_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("sys.argv", ["train", str(tmp_path / "file")])
    assert train.main() == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}/file: File exists\nhint: ")


def test_files_for_the_engine(folder: Path) -> None:
    training = Training(folder, SCHEDULE, SMALL, seed=1)
    training.save()
    data = (folder / "model.bin").read_bytes()
    assert HEADER.unpack_from(data) == (32, 64, 2, 2, 1, 512, 256)
    weights = sum(p.numel() for p in training.model.parameters())
    assert len(data) == HEADER.size + 4 * (weights + 256 * 16)
    # An image can be built with them.
    assert chosen(str(folder / "model.bin"), str(folder / "tokenizer.bin"))
    assert b" the" in (folder / "tokenizer.bin").read_bytes()


def test_the_shape_is_at_most_8_mb(tmp_path: Path) -> None:
    model.export(model.Model(Shape()), tmp_path / "model.bin")
    assert (tmp_path / "model.bin").stat().st_size <= 8_000_000


def test_the_fused_loss_is_torchs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "FACTORS", torch.float32)
    x = torch.randn(2, 3, 8, requires_grad=True)
    embedding = torch.randn(5, 8, requires_grad=True)
    targets = torch.tensor([[0, 4, -1], [2, -1, 1]])
    mine = model.Loss.apply(x, embedding, targets)
    grads = torch.autograd.grad(mine, (x, embedding))
    scores = (x @ embedding.T).flatten(0, 1)
    wanted = torch.nn.functional.cross_entropy(scores, targets.flatten(), ignore_index=-1)
    expected = torch.autograd.grad(wanted, (x, embedding))
    torch.testing.assert_close(mine, wanted)
    for one, other in zip(grads, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_muon_makes_matrices_orthogonal() -> None:
    for rows, columns in ((16, 16), (48, 16), (16, 48)):
        plain = torch.eye(rows, columns) * 9 + torch.randn(2, rows, columns)
        singular = torch.linalg.svdvals(muon.orthogonal(plain))
        assert singular.min() > 0.5 and singular.max() < 1.4
        assert torch.linalg.svdvals(plain).max() > 5
