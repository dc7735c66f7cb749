# ruff: noqa: E501 -- a breach is easier to read as one row
"""Each deliberate breach of the architecture turns the right gate red.

A test of a test: the gates run on a copy of the source, first as it is, then with one breach at a time.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.architecture.docstrings import Docstrings
from tests.architecture.rules import RULES, unseen_folders
from tests.architecture.source import ROOT, Source, read_sources
from tests.architecture.test_contracts import layers


@dataclass(frozen=True)
class Mutant:
    """A file that breaks a rule, and what the gate must say of it."""

    name: str
    path: str
    text: str
    says: str


HEAD = '"""A breach."""\n\n'

FOR_CONTRACTS = [
    Mutant("sideways import", "runtime/breach.py", "import arkwright.connect.breach\n", "arkwright.runtime.breach"),
    Mutant("import inside a function", "runtime/breach.py",
           "def late() -> None:\n    from arkwright.connect import breach\n\n    breach\n", "arkwright.runtime.breach"),
    Mutant("import for type checking only", "runtime/breach.py",
           "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from arkwright.connect import breach\n",
           "arkwright.runtime.breach"),
    Mutant("relative sideways import", "runtime/breach.py", "from ..connect import breach\n", "arkwright.runtime.breach"),
    Mutant("unlisted folder", "extras/__init__.py", "", "arkwright.extras"),
    Mutant("unlisted file beside the rooms", "extras.py", "", "arkwright.extras"),
    Mutant("upward import", "core/breach.py", "import arkwright.kits\n", "arkwright.core.breach"),
    Mutant("a room imports the app", "runtime/breach.py", "import arkwright.app\n", "arkwright.runtime.breach"),
    Mutant("the app imports a surface", "app/breach.py", "import arkwright.cli.main\n", "arkwright.app.breach"),
    Mutant("socket in kits", "kits/breach.py", "import socket\n", "socket"),
    Mutant("clock in kits under another name", "kits/breach.py", "from time import monotonic as pulse\n", "time"),
    Mutant("database in health", "health/breach.py", "def read() -> None:\n    import sqlite3\n\n    sqlite3\n", "sqlite3"),
    Mutant("kits know a plant", "kits/breach.py", "from arkwright.core.plant import Asset\n", "arkwright.core.plant"),
    Mutant("kits know a plant through another kit", "kits/breach.py",
           "from arkwright.core.catalog import Check\n", "arkwright.core.plant"),
    Mutant("cycle of siblings", "core/errors.py", "import arkwright.core.tables\n", "arkwright.core"),
]  # fmt: skip

FOR_RUFF = [
    Mutant("clock in health", "health/breach.py",
           "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", "TID251"),
    Mutant("environment in core", "core/breach.py", "import os\n\nHOME = os.environ\n", "TID251"),
    Mutant("import by string", "health/breach.py",
           'import importlib\n\nhistory = importlib.import_module("arkwright.history")\n', "TID251"),
    Mutant("broad except", "health/breach.py", "try:\n    X = 1\nexcept Exception:\n    X = 2\n", "BLE001"),
    Mutant("print in a room", "connect/breach.py", "print(1)\n", "T201"),
    Mutant("untyped function", "kits/breach.py", 'def f(x):\n    """Do."""\n    return x\n', "ANN001"),
    Mutant("relative import", "runtime/breach.py", "from . import live\n", "TID252"),
]  # fmt: skip

FOR_RULES = [
    Mutant("import by string", "health/breach.py",
           'from importlib import import_module as load\n\nH = load("arkwright.history")\n', "import_module"),
    Mutant("dunder import", "health/breach.py", '__import__("socket")\n', "__import__"),
    Mutant("executed text", "app/breach.py", 'exec("import arkwright.web")\n', "exec"),
    Mutant("modules by key", "kits/breach.py", 'import sys\n\nX = sys.modules["arkwright.app"]\n', "sys.modules"),
    Mutant("clock in health", "health/breach.py",
           "import datetime as calendar\n\nNOW = calendar.datetime.now()\n", "datetime.datetime.now"),
    Mutant("clock handed on uncalled", "kits/breach.py",
           "from time import time\n\nCLOCK = time\n", "time.time"),
    Mutant("clock of numpy", "kits/breach.py", 'import numpy as np\n\nNOW = np.datetime64("now")\n', "datetime64"),
    Mutant("environment in core", "core/breach.py", "import os\n\nHOME = os.environ\n", "os.environ"),
    Mutant("environment through from", "core/breach.py", "from os import getenv as setting\n", "os.getenv"),
    Mutant("file in health", "health/breach.py", 'X = open("x")\n', "open"),
    Mutant("unseeded chance", "kits/breach.py", "import numpy as np\n\nR = np.random.default_rng()\n", "without a seed"),
    Mutant("print in a room", "connect/breach.py", "print(1)\n", "print"),
    Mutant("broad except in a tuple", "history/breach.py",
           "try:\n    X = 1\nexcept (ValueError, Exception):\n    X = 2\n", "broad except"),
    Mutant("suppresses everything", "connect/breach.py",
           "from contextlib import suppress\n\nwith suppress(Exception):\n    X = 1\n", "suppresses"),
    Mutant("function of 70 lines", "kits/breach.py",
           "def f() -> None:\n" + "    x = 1\n" * 70, "71 lines"),
    Mutant("file of 401 lines", "kits/breach.py", "X = 1\n" * 401, "lines, at most 400"),
    Mutant("drawer", "kits/utils.py", "", "drawer"),
    Mutant("class named after nothing", "app/breach.py", "class AssetManager:\n    pass\n", "AssetManager"),
    Mutant("second word for an asset", "health/breach.py", "def judge(machine_name: str) -> None: ...\n", "machine"),
    Mutant("second word for a signal", "history/breach.py", "class TagRow:\n    pass\n", "tag"),
]  # fmt: skip

FOR_DOCSTRINGS = [
    Mutant("no docstring", "kits/breach.py", "def f() -> None: ...\n", "no docstring"),
    Mutant("number without a unit", "kits/breach.py", 'def f(x: float) -> int:\n    """Do."""\n', "no [unit]"),
    Mutant("result without a unit", "kits/breach.py", 'def f() -> float:\n    """Do."""\n', "returned value carries no [unit]"),
    Mutant("array without a shape", "kits/breach.py",
           'from numpy.typing import NDArray\n\n\ndef f(x: "NDArray[float]") -> None:\n    """Do.\n\n'
           '    Parameters\n    ----------\n    x\n        Record. [g]\n    """\n', "no shape"),
    Mutant("error unsaid", "core/breach.py",
           'from arkwright.core.errors import UnitError\n\n\ndef f() -> None:\n    """Do."""\n    raise UnitError("x")\n',
           "UnitError"),
]  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Iterator[Path]:
    """A copy of the package as it is, with the rooms that breaches need."""
    folder = tmp_path_factory.mktemp("mutants")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ("connect", "runtime", "history", "health", "kits", "app"):
        (folder / "src" / "arkwright" / room).mkdir(exist_ok=True)
        (folder / "src" / "arkwright" / room / "__init__.py").touch()
    (folder / "src" / "arkwright" / "connect" / "breach.py").write_text(HEAD)
    yield folder


@pytest.fixture
def breach(copy: Path, request) -> Iterator[Mutant]:
    """Put one breach into the copy, and take it out again."""
    mutant: Mutant = request.param
    file = copy / "src" / "arkwright" / mutant.path
    before = file.read_text() if file.exists() else None
    fresh = not file.parent.exists()
    file.parent.mkdir(exist_ok=True)
    file.write_text((before or HEAD) + mutant.text)
    yield mutant
    if before is None:
        file.unlink()
    else:
        file.write_text(before)
    if fresh:
        shutil.rmtree(file.parent)


def each(mutants: list[Mutant]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("breach", mutants, indirect=True, ids=[m.name for m in mutants])


# Building the graph costs half a second, starting an interpreter another: one server answers for all breaches.
LINT_SERVER = """
import contextlib, io, sys
from importlinter.cli import lint_imports
for _ in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    print(code, said.getvalue().encode("utf-8").hex(), flush=True)
"""


@pytest.fixture(scope="module")
def lint(copy: Path):
    """Run import-linter on the copy as it is now: (exit code, what it said)."""
    server = subprocess.Popen(
        [sys.executable, "-c", LINT_SERVER], cwd=copy, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(copy / "src"), "NO_COLOR": "1", "COLUMNS": "400"},
    )  # fmt: skip

    def run() -> tuple[int, str]:
        server.stdin.write("go\n")
        server.stdin.flush()
        code, _, said = server.stdout.readline().strip().partition(" ")
        return int(code), bytes.fromhex(said).decode()

    yield run
    server.communicate(timeout=10)


def test_the_contracts_are_green_before_any_breach(lint):
    code, said = lint()
    assert code == 0, said


@each(FOR_CONTRACTS)
def test_a_contract_goes_red(breach, lint):
    code, said = lint()
    assert code == 1, f"{breach.name} was not seen"
    assert breach.says in said


@each(FOR_RUFF)
def test_ruff_goes_red(breach, copy):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=concise", f"src/arkwright/{breach.path}"],
        cwd=copy, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert breach.says in done.stdout


@each(FOR_RULES)
def test_a_rule_of_the_house_goes_red(breach, copy):
    text = (copy / "src" / "arkwright" / breach.path).read_text()
    said = [line for rule in RULES for line in rule(Source(breach.path, text))]
    assert any(breach.says in line for line in said), said


@each(FOR_DOCSTRINGS)
def test_the_docstring_rule_goes_red(breach, copy):
    sources = read_sources(copy / "src" / "arkwright")
    said = list(Docstrings(sources)(next(s for s in sources if s.path == breach.path)))
    assert any(breach.says in line for line in said), said


def test_a_folder_that_no_contract_sees_is_found(copy):
    package = copy / "src" / "arkwright"
    assert not unseen_folders(package, layers())
    bare = package / "health" / "hidden"
    bare.mkdir()
    (bare / "judge.py").write_text(HEAD)
    assert any("health/hidden" in line for line in unseen_folders(package, layers()))
    shutil.rmtree(bare)
