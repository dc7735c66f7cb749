"""Everything that a user can name has a place in the reference, written from the thing itself."""

import re
from functools import cache

import pytest
import typer
from tests.architecture.source import ROOT
from tools import make_reference

from arkwright.cli.main import app
from arkwright.core.catalog import Check, Source, find_entries
from arkwright.core.quantity import quantities


@cache
def pages(folder):
    return {p.stem: p.read_text(encoding="utf-8") for p in make_reference.write_pages(folder)}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return pages(tmp_path_factory.mktemp("reference"))


def headings(page: str) -> set[str]:
    return set(re.findall(r"^## (.+)$", page, re.MULTILINE))


def test_every_connector_with_every_setting_is_there(reference):
    sources = find_entries("arkwright.connect", "SOURCE", Source)
    assert headings(reference["connectors"]) == set(sources)
    for source in sources.values():
        assert all(f"`{setting}`" in reference["connectors"] for setting in source.settings)


def test_every_check_and_fault_is_there(reference):
    assert headings(reference["checks"]) == set(find_entries("arkwright.health.checks", "CHECK", Check))
    files = {p.stem for p in (ROOT / "src/arkwright/health/faults").glob("*.toml")}
    assert headings(reference["faults"]) == files


def test_every_command_is_there_with_every_option(reference):
    root = typer.main.get_command(app)
    for name, command in make_reference._walk(root, ()):
        assert f"## arkwright {name}" in reference["commands"]
        for parameter in command.params:
            assert parameter.name == "help" or parameter.help, (
                f"arkwright {name}: {parameter.name} says nothing"
            )


def test_every_quantity_and_unit_is_there(reference):
    assert headings(reference["quantities"]) == set(quantities())
    for quantity in quantities().values():
        assert all(f"| `{unit.name}` |" in reference["quantities"] for unit in quantity.units)


def test_every_column_of_every_table_is_there(reference):
    from arkwright.core import tables

    for name in ("READINGS", "WAVEFORMS", "EVENTS", "FRAMES"):
        assert f"## {name}" in reference["tables"]
        assert all(f"`{column}`" in reference["tables"] for column in getattr(tables, name).names)
