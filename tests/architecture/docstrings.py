"""What a docstring must say: a summary, units, shapes, and the errors that are raised."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Function, Source

UNIT = re.compile(r"\[[^\]\s][^\]]*\]")
SHAPE = re.compile(r"``\([^`]*(,|\.\.\.)[^`]*\)``|same shape")
MIXED = re.compile(r"\b(dict|Mapping|Callable|AsyncIterator|Iterator)\[")
NUMBER = re.compile(r"\b(float|float64|float32)\b")
ARRAY = re.compile(r"\b(NDArray|ndarray|ArrayLike)\b")
TEACHING = frozenset(
    {"ArkwrightError", "SiteError", "TableError", "UnitError", "SourceError", "HistoryError", "FeedError"}
    | {"EntryError", "ValueError"}
)


def array_names(sources: list[Source]) -> frozenset[str]:
    """Names that modules give to array types, such as ``Floats = NDArray[np.float64]``."""
    found = set()
    for source in sources:
        for node in source.tree.body:
            if isinstance(node, ast.Assign) and ARRAY.match(ast.unparse(node.value)):
                found |= {t.id for t in node.targets if isinstance(t, ast.Name) and t.id[0].isupper()}
    return frozenset(found)


def public(source: Source) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Every public class, function and method, with its dotted name."""
    if any(part.startswith("_") and part != "__main__.py" for part in source.path.split("/")[:-1]):
        return
    for node in source.tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                yield from ((f"{node.name}.{m.name}", m) for m in node.body
                            if isinstance(m, Function) and not m.name.startswith("_"))  # fmt: skip


def sections(docstring: str) -> dict[str, str]:
    """Text of a numpydoc docstring by section; the part before the first is ``summary``."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", docstring, flags=re.MULTILINE)
    return {"summary": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> dict[str, str]:
    """Text under each unindented line of a section; a line may name several: ``a, b``."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line and not line[0].isspace():
            names = [n.strip().lstrip("*") for n in line.split(":")[0].split(",")]
        for name in names:
            found[name] = f"{found.get(name, '')}\n{line}"
    return found


class Docstrings:
    """The rule, knowing which names stand for arrays."""

    __doc__ = (
        "Public docstrings carry a summary, and for numbers a [unit], arrays a shape, errors their condition."
    )

    def __init__(self, sources: list[Source]) -> None:
        self.arrays = array_names(sources)

    def __call__(self, source: Source) -> Iterator[str]:
        for name, node in public(source):
            where = f"{source.path}:{node.lineno}: {name}"
            docstring = ast.get_docstring(node) or ""
            if not docstring:
                yield f"{where} has no docstring"
            elif docstring.split("\n\n")[0].count("\n") > 0:
                yield f"{where}: the summary is longer than one line"
            # A command's parameters carry their units in the help that people read.
            if isinstance(node, Function) and docstring and not _overload(node) and source.room != "cli":
                yield from (f"{where}: {text}" for text in self.unsaid(source, node, sections(docstring)))

    def unsaid(self, source: Source, function: Function, said: dict[str, str]) -> Iterator[str]:
        yield from self._unsaid_of_parameters(function, said)
        yield from self._unsaid_of_returns(function, said)
        raised = said.get("Raises", "")
        for error in sorted(_raised(source, function)):
            if not re.search(rf"\b{error}\b", raised):
                yield f"raises {error}, which is not under Raises"

    def _unsaid_of_parameters(self, function: Function, said: dict[str, str]) -> Iterator[str]:
        documented = entries(said.get("Parameters", ""))
        for argument in _arguments(function):
            if text := documented.get(argument.arg):
                yield from self._unsaid(argument.annotation, text, f"parameter {argument.arg}")
        # A function too small for sections says its units in the running text: one for each number.
        bare = [a for a in _arguments(function) if a.arg not in documented]
        numbers = [a.arg for a in bare if self._is_number(a.annotation)]
        running = len(UNIT.findall(said["summary"])) - (
            "Returns" not in said and self._is_number(function.returns)
        )
        if running < len(numbers):
            yield f"no [unit] for parameters {', '.join(numbers)}"

    def _is_number(self, annotation: ast.expr | None) -> bool:
        return any(True for _ in self._unsaid(annotation, "", ""))

    def _unsaid_of_returns(self, function: Function, said: dict[str, str]) -> Iterator[str]:
        if any("property" in ast.unparse(d) or "fixture" in ast.unparse(d) for d in function.decorator_list):
            text = said["summary"]
        else:
            text = said.get("Returns", "") or said.get("Yields", "") or said["summary"]
        yield from self._unsaid(function.returns, text, "the returned value")

    def _unsaid(self, annotation: ast.expr | None, text: str, what: str) -> Iterator[str]:
        type_text = ast.unparse(annotation) if annotation else ""
        if MIXED.search(type_text):
            return
        is_array = bool(ARRAY.search(type_text) or self.arrays & set(re.findall(r"\w+", type_text)))
        if (is_array or NUMBER.search(type_text)) and not UNIT.search(text):
            yield f"{what} carries no [unit]"
        if is_array and not SHAPE.search(text):
            yield f"{what} carries no shape ``(n,)``"


def _overload(function: Function) -> bool:
    return any("overload" in ast.unparse(d) for d in function.decorator_list)


def _arguments(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _raised(source: Source, function: Function) -> set[str]:
    """Teaching errors that the function's own body raises."""
    found = set()
    for node in _own(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            found.add(source.dotted(error).rpartition(".")[2])
    return found & TEACHING


def _own(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)
