"""Write the reference pages from the entries themselves: one section an entry, nothing by hand.

Run as ``python tools/make_reference.py [FOLDER]``; the pages are not kept in git, since they follow the code.
"""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import typer

from arkwright.cli.main import app
from arkwright.core import errors, tables
from arkwright.core.catalog import Check, Entry, Source, find_entries
from arkwright.core.quantity import Quantity, quantities

# Typer carries its own copy of click and types its parts as private.
Command = Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "arkwright"
NONE_YET = "There are none yet."
Thing = TypeVar("Thing")


def write_pages(folder: Path) -> list[Path]:
    """Write every generated page into a folder and return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, page in PAGES.items():
        target = folder / f"{name}.md"
        target.write_text(page(), encoding="utf-8")
        written.append(target)
    return written


def entries(package: str, attribute: str, kind: type[Entry]) -> list[Entry]:
    """List the entries of a package by name; none where the package does not exist."""
    parts = package.split(".")
    present = all(find_spec(".".join(parts[: i + 1])) for i in range(len(parts)))
    return list(find_entries(package, attribute, kind).values()) if present else []


def _page(title: str, lead: str, things: Iterable[Thing], section: Callable[[Thing], str]) -> str:
    body = "\n\n".join(section(thing) for thing in things) or NONE_YET
    return f"# {title}\n\n{lead}\n\n{body}\n"


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in cells)


# ---------------------------------------------------------------------------------------------- connectors
def connectors() -> str:
    """Page of the protocols that Arkwright reads."""
    lead = "Each connector is one file of `src/arkwright/connect` and speaks one protocol."
    return _page("Connectors", lead, entries("arkwright.connect", "SOURCE", Source), _connector)


def _connector(source: Source) -> str:
    settings = _rows(
        ("setting", "meaning"),
        [(f"`{k}`" + (" (secret)" if k in source.secret else ""), v) for k, v in source.settings.items()],
    )
    parts = [
        f"## {source.name}",
        source.title,
        f"Addresses begin with {', '.join(f'`{s}`' for s in source.schemes)}."
        + (f" Example: `{source.example_url}`." if source.example_url else ""),
        f"Replayed after a cut: {source.replays}" if source.replays else "",
        settings if source.settings else "It has no settings.",
    ]
    return "\n\n".join(p for p in parts if p)


# ---------------------------------------------------------------------------------------------- judges
def checks() -> str:
    """Page of the checks that judge assets."""
    lead = (
        "A check turns a window of readings into findings. Each is one file of `src/arkwright/health/checks`."
    )
    return _page("Checks", lead, entries("arkwright.health.checks", "CHECK", Check), _check)


def _check(check: Check) -> str:
    needs = f"Looks at {check.needs.window_s:g} s every {check.needs.every_s:g} s"
    waveforms = ", and at waveforms." if check.needs.waveforms else "."
    sources = "\n".join(f"- {r}" for r in check.references)
    return "\n\n".join(
        p for p in (f"## {check.name}", check.title, check.summary, needs + waveforms, sources) if p
    )


def fault_files() -> list[Path]:
    """Every fault mode's file, by name."""
    return sorted((PACKAGE / "health" / "faults").glob("*.toml"))


def faults() -> str:
    """Page of the ways to fail, with their remedies."""
    lead = "A fault is a way to fail, with its remedy. Each is one file of `src/arkwright/health/faults`."
    return _page("Faults", lead, fault_files(), _fault)


def _fault(file: Path) -> str:
    row = tomllib.loads(file.read_text(encoding="utf-8"))
    facts = _rows(
        ("fact", "value"),
        [(f"`{k}`", str(v)) for k, v in row.items() if k not in ("title", "summary", "remedy", "references")],
    )
    sources = "\n".join(f"- {r}" for r in row.get("references", ()))
    remedy = f"Remedy: {row['remedy']}" if "remedy" in row else ""
    parts = (f"## {file.stem}", row.get("title", ""), row.get("summary", ""), remedy, facts, sources)
    return "\n\n".join(p for p in parts if p)


# ---------------------------------------------------------------------------------------------- the surface
def commands() -> str:
    """Page of the command line."""
    root = typer.main.get_command(app)
    lead = "What `arkwright --help` says, command by command. Exit 0 is good, 1 an error, 2 a broken rule."
    return _page("Commands", lead, _walk(root, ()), lambda pair: _command(*pair))


def _walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[str, Command]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _walk(inner, (*path, name))
    else:
        yield " ".join(path), command


def _command(name: str, command: Command) -> str:
    rows = [(_spelling(p), str(getattr(p, "help", "") or "")) for p in command.params if p.name != "help"]
    table = _rows(("argument", "meaning"), rows) if rows else ""
    text = inspect.cleandoc(command.help or "")
    return "\n\n".join(p for p in (f"## arkwright {name}", text, table) if p)


def _spelling(parameter: Command) -> str:
    options = [o for o in parameter.opts if o.startswith("-")]
    return f"`{', '.join(options)}`" if options else f"`{(parameter.name or '').upper()}`"


# ---------------------------------------------------------------------------------------------- the nouns
def quantity_page() -> str:
    """Page of quantities and their units."""
    lead = "Every unit that a plant writes, and the canonical unit that history holds."
    return _page("Quantities and units", lead, quantities().values(), _quantity)


def _quantity(quantity: Quantity) -> str:
    rows = [
        (f"`{u.name}`", f"{u.factor:.10g}", f"{u.offset:.10g}", ", ".join(u.also)) for u in quantity.units
    ]
    table = _rows(("unit", "factor", "offset", "also written"), rows)
    return f"## {quantity.name}\n\n{quantity.title}. Canonical unit: `{quantity.canonical}`.\n\n{table}"


FIELD = re.compile(
    r'pa\.field\("(?P<name>\w+)", (?P<type>.+?)(?P<must>, nullable=False)?\),(?:  # (?P<note>.*))?$'
)
SCHEMA = re.compile(r"^(?P<name>[A-Z]+) = pa\.schema\(\n(?P<body>.*?)^\)$", re.MULTILINE | re.DOTALL)


def table_page() -> str:
    """Page of the Arrow schemas that rooms exchange."""
    lead = "The only tables that rooms exchange. Times are UTC in microseconds; intervals are half-open."
    text = Path(tables.__file__).read_text(encoding="utf-8")
    return _page("Tables", lead, SCHEMA.finditer(text), _schema)


def _schema(found: re.Match[str]) -> str:
    schema = getattr(tables, found["name"])
    fields = [m for m in (FIELD.search(line) for line in found["body"].splitlines()) if m]
    rows = [
        (f"`{m['name']}`", _type(schema.field(m["name"]).type), "yes" if m["must"] else "", m["note"] or "")
        for m in fields
    ]
    return f"## {found['name']}\n\n" + _rows(("column", "type", "always there", "meaning"), rows)


def _type(arrow: pa.DataType) -> str:
    return "dictionary of string" if pa.types.is_dictionary(arrow) else str(arrow)


def error_page() -> str:
    """Page of the errors that teach."""
    kinds = [e for e in vars(errors).values() if inspect.isclass(e) and issubclass(e, errors.ArkwrightError)]
    lead = "Every error says what was found, what was wanted, where, and what to do."
    return _page("Errors", lead, kinds, lambda e: f"## {e.__name__}\n\n{(e.__doc__ or '').split(chr(10))[0]}")


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "connectors": connectors,
    "checks": checks,
    "faults": faults,
    "quantities": quantity_page,
    "tables": table_page,
    "errors": error_page,
}


def main() -> None:
    """Write the pages into ``docs/reference`` or the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference"
    for path in write_pages(folder):
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
