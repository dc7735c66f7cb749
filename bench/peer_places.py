"""Environments of their own for foreign packages that a benchmark asks: made once, kept in a cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where a foreign package can be asked: its Python, or why it is missing."""

    python: Path | None
    missing: str = ""


def cache_folder(given: Path | None = None) -> Path:
    """Folder of the environments: as given, as ARKWRIGHT_PEERS says, or in the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return given or Path(os.environ.get("ARKWRIGHT_PEERS") or cache / "arkwright" / "peers")


def place(name: str, packages: tuple[str, ...], folder: Path) -> Place:
    """Make, or find, an environment that holds packages given by name and version only."""
    home = folder / "-".join([name, *[p.partition("==")[2] or "any" for p in packages]])
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made = home / "installed"
    if made.exists() and python.exists():
        return Place(python)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
    ):
        failed = _run(command)
        if failed:
            return Place(None, failed)
    made.write_text("\n".join(packages), encoding="utf-8")
    return Place(python)


def _run(command: list[str]) -> str:
    """Run a command; say in a line why it failed, or nothing."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}: {error}"[:200]
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    return (said or ["it says nothing"])[-1][:200]


def asked_alone(python: Path) -> dict[str, str]:
    """Environment of a process that is asked: one thread, nothing of ours on its path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return kept | dict.fromkeys(threads, "1") | {"MPLBACKEND": "Agg", "VIRTUAL_ENV": str(python.parents[1])}
