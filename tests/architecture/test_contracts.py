"""The import contracts are the design's, hold, and see every file."""

import subprocess
import sys
import tomllib

import grimp
import pytest
from tests.architecture.rules import unseen_folders
from tests.architecture.source import PURE, ROOT, SRC

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = SETTINGS["tool"]["importlinter"]
CONTRACTS = {c["name"].partition(":")[0]: c for c in LINTER["contracts"]}


def layers() -> set[str]:
    rows = CONTRACTS["Rooms"]["layers"]
    return {name.strip().strip("()") for row in rows for name in row.split("|")}


def test_every_contract_holds():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_no_contract_is_softened():
    for contract in LINTER["contracts"]:
        assert not contract.get("ignore_imports"), contract["name"]
        assert not contract.get("exhaustive_ignores"), contract["name"]
    assert CONTRACTS["Rooms"]["exhaustive"] is True
    acyclic = [c for c in LINTER["contracts"] if c["type"] == "acyclic_siblings"]
    assert [c["ancestors"] for c in acyclic] == [["arkwright"]]


def test_every_pure_room_that_exists_is_held_to_its_purity():
    present = {f"arkwright.{room}" for room in PURE if (SRC / room / "__init__.py").exists()}
    assert present == set(CONTRACTS["Judging rooms are pure"]["source_modules"])


def test_every_folder_with_code_is_seen_by_the_contracts():
    assert not unseen_folders(SRC, layers())


@pytest.mark.parametrize("room", sorted(p.name for p in SRC.iterdir() if (p / "__init__.py").exists()))
def test_a_room_exists_only_with_a_working_use(room):
    code = [p for p in (SRC / room).rglob("*.py") if p.name != "__init__.py" and p.stat().st_size]
    assert code, f"{room} is empty; rooms are created with their first working use"


def test_no_module_reaches_itself_through_its_imports():
    graph = grimp.build_graph("arkwright")
    knotted = [m for m in graph.modules if any(_reaches(graph, i, m) for i in _imported(graph, m))]
    assert not knotted, sorted(knotted)


def _imported(graph: grimp.ImportGraph, module: str) -> set[str]:
    return graph.find_modules_directly_imported_by(module)


def _reaches(graph: grimp.ImportGraph, start: str, goal: str) -> bool:
    return start == goal or graph.find_shortest_chain(start, goal) is not None
