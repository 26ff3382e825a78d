# SPDX-License-Identifier: MIT
"""A step's key covers our own code that decides its result: no module less, and none besides."""

import ast
import functools
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from image import builders, key, project, run
from image.host import doctor
from image.plan import code, graph, inputs
from image.plan.code import APART
from image.plan.graph import Plan
from image.plan.step import Step
from tests.conftest import ROOT

MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "image").rglob("*.py"))
# Loads modules and prints the names of all of ours that this loads. Those that stand apart are not:
# an empty one takes the place of each, which has whatever name it is asked for, and can be called.
LOADER = """
import importlib, sys, types
from pathlib import Path
class Empty(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__") or any(Path(self.__path__[0]).glob(name + ".py")):
            raise AttributeError(name)
        return type(name, (Exception,), {"__init__": lambda self, *args, **named: None})
apart, names = (words.split() for words in sys.argv[1:])
for name in apart:
    sys.modules[name] = Empty(name)
    sys.modules[name].__path__ = [name.replace(".", "/")]
for name in names:
    importlib.import_module(name)
print(*(name for name in sys.modules if name.split(".")[0] == "image" and name not in apart))
"""
SAID = '''"""A module."""

GREETING = """# a template

its end  """


def double(value: int) -> str:
    """Twice."""
    return f"#{value * 2}" + "#"
'''


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of our code, which is what the keys are made from in this test."""
    shutil.copytree(ROOT / "image", tmp_path / "image", ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(code, "PACKAGE", tmp_path / "image")
    yield tmp_path
    forget()


def forget() -> None:
    """Look at the modules anew, as the next call of ./doit does."""
    code._hashes.cache_clear()
    code._module.cache_clear()


@pytest.fixture
def boards(all_sources: None, monkeypatch: pytest.MonkeyPatch) -> list[project.Project]:
    """Both boards, with all their sources in dl/. What does not change is looked at once."""
    monkeypatch.setattr(doctor, "version", functools.cache(doctor.version))
    monkeypatch.setattr(key, "hash_file", functools.cache(key.hash_file))
    monkeypatch.setattr(inputs, "hash_tree", hash_tree_once)
    found = read_boards()
    own = {id(p.recipe): inputs._own_files(p) for board in found for p in board.packages.values()}
    monkeypatch.setattr(inputs, "_own_files", lambda package: own[id(package.recipe)])
    return found


@functools.cache
def read_boards() -> list[project.Project]:
    return [project.load(ROOT, {"board": board}) for board in ("qemu_virt", "milkv_duo")]


def hash_tree_once(folder: Path, files: Iterable[Path] | None = None) -> Mapping[str, str]:
    return _trees(folder, None if files is None else (*files,))


_trees = functools.cache(key.hash_tree)


def made(boards: list[project.Project]) -> list[tuple[Plan, Step]]:
    """All steps that have a key."""
    plans = [graph.make(board) for board in boards]
    return [(one, s) for one in plans for s in one.steps.values() if s.kind != "fetch"]


def keys(boards: list[project.Project]) -> dict[str, str]:
    forget()
    return {f"{p.project.config.board} {s.name}": p.key(s) for p, s in made(boards)}


@functools.cache
def loaded(*names: str) -> frozenset[str]:
    """Modules of ours that Python really loads with these, as paths: not what `code` finds."""
    words = [sys.executable, "-c", LOADER, " ".join(APART), " ".join(names)]
    paths = [ROOT.joinpath(*name.split(".")) for name in run.output(words, cwd=ROOT).split()]
    files = [p / "__init__.py" if p.is_dir() else p.with_suffix(".py") for p in paths]
    return frozenset(str(file.relative_to(ROOT)) for file in files)


def makers(step: Step) -> list[str]:
    """The modules that do a step."""
    if step.package is None:
        return [*inputs.MAKERS[step.kind]]
    more = ["image.boards.memmap"] if step.package.recipe.get("memmap") else []
    return ["image.steps.build", f"image.builders.{step.package.build}", *more]


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


def resting_on(module: str, boards: list[project.Project]) -> set[str]:
    """The steps that a module decides, and all that rest on them."""
    found: set[str] = set()
    for one, step in made(boards):  # each after those that it needs
        board = one.project.config.board
        needs = {f"{board} {need}" for need in step.needs}
        if needs & found or module in loaded(*makers(step)):
            found.add(f"{board} {step.name}")
    return found


def test_every_module_moves_the_steps_that_it_decides_and_no_other(
    copied: Path, boards: list[project.Project]
) -> None:
    before = keys(boards)
    assert len(before) > 40
    others = []
    for module in map(str, MODULES):
        wanted = resting_on(module, boards)
        if not wanted:
            others.append(module)
            continue
        path = copied / module
        text = path.read_text()
        path.write_text(f"{text}\nADDED = 1\n")
        assert moved(before, keys(boards)) == wanted, module
        path.write_text(text)
    assert {
        "image/host/doctor.py",
        "image/plan/graph.py",
        "image/project.py",
        "image/cli/screen.py",
    } < {*others}
    for module in others:
        with (copied / module).open("a") as file:
            file.write("\nADDED = 1\n")
    assert moved(before, keys(boards)) == set()


@pytest.mark.parametrize(
    ("module", "old", "new", "steps"),
    [
        ("image/steps/build.py", "--remove-section=.comment", "--strip-debug", "all"),
        ("image/builders/job.py", '"SOURCE_DATE_EPOCH": "1"', '"SOURCE_DATE_EPOCH": "2"', "all"),
        ("image/surroundings.py", '"TZ": "UTC0"', '"TZ": "UTC1"', "all"),
        ("image/archive.py", "--fuzz=0", "--fuzz=2", "all"),
        ("image/builders/toolchain.py", '"usr/bin" / target', '"bin" / target', "all"),
        ("image/card/rootfs.py", "-zlz4hc,12", "-zlz4hc,9", "rootfs card release"),
        ("image/card/disk_image.py", "align = 1M", "align = 4M", "card release"),
        ("image/card/bmap.py", "BLOCK = 4096", "BLOCK = 512", "card release"),
        ("image/sbom/purl.py", '"generic"', '"deb"', "release"),
        ("image/builders/c.py", "folders of the source with headers", "other words", ""),
        ("image/recipes/keys.py", "what it is, in one line", "other words", ""),
        ("image/builders/spoken.py", '"speed", "pitch"', '"pitch", "speed"',
         "greeting rootfs card release"),
    ],
)  # fmt: skip
def test_what_a_change_moves(
    copied: Path, boards: list[project.Project], module: str, old: str, new: str, steps: str
) -> None:
    before = keys(boards[:1])
    path = copied / module
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    changed = {name.split()[1] for name in moved(before, keys(boards[:1]))}
    assert changed == ({name.split()[1] for name in before} if steps == "all" else {*steps.split()})


def with_other_words(text: str) -> str:
    """The same code with other docstrings and comments."""
    lines = text.splitlines()
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, kinds) and ast.get_docstring(n)]
    for words in sorted((node.body[0] for node in nodes), key=lambda words: -words.lineno):
        indent = " " * words.col_offset
        other = [f'{indent}"""Other words, over', f'{indent}two lines."""  # and "more"', ""]
        lines[words.lineno - 1 : words.end_lineno] = other
    return "\n".join(["# A first line.", *lines, "", "# A last one."])


def test_words_about_the_code_move_nothing(copied: Path, boards: list[project.Project]) -> None:
    before = keys(boards)
    for path in (copied / "image").rglob("*.py"):
        path.write_text(with_other_words(path.read_text()))
    assert moved(before, keys(boards)) == set()


@pytest.mark.parametrize(
    ("old", "new", "is_seen"),
    [
        ('"""A module."""', '"""Another\n\n# one."""', False),
        ('    """Twice."""\n', '    # Why.\n\n    """Two\n    times."""\n', False),
        ('+ "#"\n', '+ "#"  # a sign\n', False),
        ('+ "#"\n', '+ "##"\n', True),
        ("#{value", "# {value", True),
        ("# a template\n\n", "# a template\n", True),
        ("# a template", "# another", True),
        ("its end  ", "its end", True),
        ("value * 2", "value * 3", True),
    ],
)
def test_what_counts_as_code(old: str, new: str, is_seen: bool) -> None:
    assert SAID.count(old) == 1
    first, second = (code._read(t.encode())[1] for t in (SAID, SAID.replace(old, new)))
    assert (first != second) is is_seen


def test_the_reason_names_the_modules(boards: list[project.Project]) -> None:
    one, step = next(pair for pair in made(boards) if pair[1].name == "llama")
    now = one.inputs(step)
    last = {**now, inputs.CODE: {**now[inputs.CODE], "image/run.py": "0", "image/gone.py": "0"}}
    said = ["builder code changed: image/gone.py, image/run.py"]
    assert list(graph.differences(last, now)) == said
    assert list(graph.differences({**last, "files": {}}, {**now, "files": {}})) == said


def test_no_import_is_hidden(boards: list[project.Project]) -> None:
    """What is followed are import statements with full names."""
    followed = {path for _, step in made(boards) for path in code.hashes(*makers(step))}
    for path in followed:
        nodes = list(ast.walk(ast.parse((ROOT / path).read_text())))
        assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level], path
        names = {getattr(node, key, None) for node in nodes for key in ("id", "name")}
        loaders = names & {"importlib", "__import__", "exec", "eval"}
        assert not loaders or path == "image/builders/__init__.py", path


def test_each_kind_has_a_builder_and_each_builder_a_kind() -> None:
    modules = {path.stem for path in (ROOT / "image/builders").glob("*.py")} - {"__init__"}
    found = {name for name in modules if hasattr(builders.find(name), "build")}
    assert found == set(builders.keys())
