"""The product's source as syntax trees, for the rules that import contracts cannot state."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "arkwright"
PURE = frozenset(
    ["core", "kits", "health", "vision", "maintenance", "schedule", "route", "blend", "chain", "energy"]
)  # design, section 2: judging and planning rooms
SURFACES = frozenset({"cli", "web", "api", "assistant"})

BUILTINS = frozenset(dir(builtins))

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its path inside the package, and what is in it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        return self.path.split("/", maxsplit=1)[0].removesuffix(".py")

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local name -> dotted name, for everything imported anywhere in the file."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    local = name.asname or name.name.partition(".")[0]
                    found[local] = name.name if name.asname else local
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {n.asname or n.name: f"{node.module}.{n.name}" for n in node.names}
        return found

    def dotted(self, node: ast.AST) -> str:
        """The full name that an expression stands for, aliases undone; empty if it is a local thing."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id if node.id in BUILTINS else "")
        if isinstance(node, ast.Attribute) and (inner := self.dotted(node.value)):
            return f"{inner}.{node.attr}"
        return ""

    def names(self) -> Iterator[tuple[int, str]]:
        """Every name that is used, and every name that is imported, in full, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute):
                yield node.lineno, self.dotted(node)
            elif isinstance(node, ast.Import):
                yield from ((node.lineno, n.name) for n in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{n.name}") for n in node.names)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield self.dotted(node.func), node

    def functions(self) -> Iterator[Function]:
        yield from (n for n in ast.walk(self.tree) if isinstance(n, Function))


def read_sources(package: Path = SRC) -> list[Source]:
    files = sorted(package.rglob("*.py"))
    return [Source(f.relative_to(package).as_posix(), f.read_text(encoding="utf-8")) for f in files]
