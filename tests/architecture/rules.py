"""Rules of the house that import-linter, ruff and mypy cannot state; each lists what breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.architecture.source import PURE, ROOT, SURFACES, Function, Source

Rule = Callable[[Source], Iterator[str]]

BY_STRING = (
    "importlib.import_module", "importlib.__import__", "importlib.util", "importlib.reload",
    "importlib.machinery",
    "runpy", "pkgutil.resolve_name", "sys.modules", "__import__", "exec", "eval", "compile",
    "builtins",
    "importlib.metadata.entry_points",
)  # fmt: skip
MAY_IMPORT_BY_STRING = {
    "core/catalog.py": "importlib.import_module",
    "app/plugins.py": "importlib.metadata.entry_points",
}

IMPURE = (
    # clocks
    "time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today",
    "zoneinfo.reset_tzpath",
    # environment and operating system
    "os", "sys", "platform", "getpass", "locale", "signal", "ctypes", "gc",
    # files and processes
    "open", "io.open", "pathlib", "tempfile", "shutil", "glob", "mmap", "subprocess",
    "multiprocessing", "threading",
    "concurrent", "asyncio", "queue", "sched",
    # nets, databases, diaries
    "socket", "ssl", "urllib", "http", "httpx", "requests", "smtplib", "sqlite3", "logging",
    "warnings.warn",
    # chance that nobody seeded
    "random", "secrets", "uuid.uuid1", "uuid.uuid4", "numpy.random.seed", "numpy.random.rand",
    "numpy.random.randn",
    "numpy.random.random", "numpy.random.normal", "numpy.random.choice", "numpy.random.randint",
    # file readers behind a numeric door
    "numpy.load", "numpy.save", "numpy.loadtxt", "numpy.savetxt", "numpy.fromfile", "numpy.memmap",
    "scipy.io",
    "pyarrow.parquet", "pyarrow.csv", "pyarrow.dataset", "pyarrow.fs", "pyarrow.OSFile",
    "pyarrow.memory_map",
    "print", "input", "breakpoint",
)  # fmt: skip
METHODS_OF_FILES = frozenset({"write_text", "write_bytes", "unlink", "mkdir", "rename", "touch", "rmdir"})

# Rooms that may catch everything, because one source or one page must not take the rest down with it.
MAY_CATCH_ALL = SURFACES | {"runtime"}

BAD_MODULES = frozenset(
    ["utils", "util", "helpers", "helper", "common", "base", "manager", "service", "services", "misc"]
)
BAD_CLASS_ENDS = ("Manager", "Service", "Helper", "Helpers", "Utils", "Util", "Base", "Impl")

# Of the words that docs/reference/words.md rules out, those that no other trade needs: a programmer may
# still draw a sample, project a vector or connect to a database.
BANNED_WORDS = frozenset(
    {"machine", "device", "equipment", "tag", "sensor", "anomaly", "anomalies", "tenant", "historian"}
    | {"datapoint", "ticket", "inbox", "solution", "notification"}
)
# Names that a standard gives: OPC UA part 8, annex A.
GIVEN_NAMES = frozenset({"BAD_SENSOR_FAILURE"})
# A protocol's own words stay its own where the protocol is spoken, and where the simulated plant speaks it.
SPEAKS_A_PROTOCOL = ("connect/", "app/demo/", "assistant/", "api/i3x")
CHANNELS_ARE_COLUMNS = (
    "connect/",
    "app/diagnose",
    "cli/diagnose",
    "health/",
    "kits/",
    "app/replay",
    "cli/replay",
)

MAX_FILE, MAX_FUNCTION = 400, 60


def hits(name: str, banned: tuple[str, ...]) -> bool:
    return any(name == b or name.startswith(b + ".") for b in banned)


def imports_by_string(source: Source) -> Iterator[str]:
    """Only the catalogue imports by name, and only app.plugins asks for entry points."""
    excused = MAY_IMPORT_BY_STRING.get(source.path)
    for line, name in source.names():
        if hits(name, BY_STRING) and name != excused:
            yield f"{source.path}:{line}: {name} imports or runs what no gate can see"


def impure(source: Source) -> Iterator[str]:
    """Judging and planning rooms touch neither clock, environment, disk, net nor unseeded chance."""
    if source.room not in PURE:
        return
    for line, name in source.names():
        if hits(name, IMPURE):
            yield f"{source.path}:{line}: {name} in a pure room; take it as an argument"
    for name, call in source.calls():
        if name == "numpy.random.default_rng" and not (call.args or call.keywords):
            yield f"{source.path}:{call.lineno}: default_rng() without a seed"
        if name == "numpy.datetime64" and any(_text(a) in ("now", "today") for a in call.args):
            yield f"{source.path}:{call.lineno}: datetime64('now') is a clock"
        if isinstance(call.func, ast.Attribute) and call.func.attr in METHODS_OF_FILES:
            yield f"{source.path}:{call.lineno}: .{call.func.attr}() writes to disk"


def _text(node: ast.AST) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def prints(source: Source) -> Iterator[str]:
    """Only the command line writes to the terminal."""
    if source.room == "cli":
        return
    # The processes of the simulated plant say on a pipe that they are ready.
    streams = ("sys.stderr",) if source.path.startswith("app/demo/") else ("sys.stdout", "sys.stderr")
    for line, name in source.names():
        if name == "print" or hits(name, streams):
            yield f"{source.path}:{line}: {name} outside cli"


def broad_excepts(source: Source) -> Iterator[str]:
    """Catching everything hides a dead line; only the runtime and the surfaces may."""
    if source.room in MAY_CATCH_ALL:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ExceptHandler) or _is_raise(node.body[-1]):
            continue
        if _is_broad(source, node.type):
            yield f"{source.path}:{node.lineno}: broad except"
    for name, call in source.calls():
        if name == "contextlib.suppress" and any(_is_broad(source, a) for a in call.args):
            yield f"{source.path}:{call.lineno}: suppresses everything"


def _is_raise(last: ast.stmt) -> bool:
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(source: Source, caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(source, c) for c in caught.elts)
    return caught is None or source.dotted(caught) in ("Exception", "BaseException")


def function_lines(function: Function) -> int:
    """Lines of a function without its docstring."""
    body = function.body
    docstring = body[0] if ast.get_docstring(function, clean=False) is not None else None
    skipped = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - skipped


def too_long(source: Source) -> Iterator[str]:
    """Files of at most 400 lines, functions of at most 60 without their docstring."""
    if (n := len(source.text.splitlines())) > MAX_FILE:
        yield f"{source.path}: {n} lines, at most {MAX_FILE}"
    for function in source.functions():
        if (n := function_lines(function)) > MAX_FUNCTION:
            yield f"{source.path}:{function.lineno}: {function.name} has {n} lines, at most {MAX_FUNCTION}"


def bad_names(source: Source) -> Iterator[str]:
    """A name says what a thing is for; Manager, Service and utils say nothing."""
    module = source.path.rpartition("/")[2].removesuffix(".py")
    if BAD_MODULES & {module, *source.path.split("/")[:-1]}:
        yield f"{source.path}: a module of that name becomes a drawer for everything"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and node.name.lstrip("_").endswith(BAD_CLASS_ENDS):
            yield f"{source.path}:{node.lineno}: class {node.name} is named after no thing"


def words_of(identifier: str) -> set[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)
    lower = {p.lower() for p in parts}
    return lower | {p.removesuffix("s") for p in lower}


def banned_words(source: Source) -> Iterator[str]:
    """One word for a thing: see docs/reference/words.md."""
    banned = set() if source.path.startswith(SPEAKS_A_PROTOCOL) else set(BANNED_WORDS)
    if not source.path.startswith(CHANNELS_ARE_COLUMNS):
        banned.add("channel")
    for line, identifier in _defined(source.tree):
        if identifier not in GIVEN_NAMES and (wrong := banned & words_of(identifier)):
            yield f"{source.path}:{line}: '{identifier}' says {sorted(wrong)}; see docs/reference/words.md"


def _defined(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id


RULES: tuple[Rule, ...] = (
    imports_by_string, impure, prints, broad_excepts, too_long, bad_names, banned_words,
)  # fmt: skip


def unseen_folders(package: Path, layers: set[str]) -> list[str]:
    """Folders with code that no contract sees: not listed as a room, or without an __init__.py."""
    rooms = {p.name for p in package.iterdir() if p.is_dir() and any(p.rglob("*.py"))}
    modules = {p.stem for p in package.glob("*.py")} - {"__init__"}
    unlisted = [f"{name}: in no layer of pyproject.toml" for name in sorted((rooms | modules) - layers)]
    folders = {p.parent for p in package.rglob("*.py")}
    bare = [p.relative_to(package).as_posix() for p in sorted(folders) if not (p / "__init__.py").exists()]
    return unlisted + [f"{name}: no __init__.py, so that no contract sees it" for name in bare]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
