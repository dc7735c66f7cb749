"""`import arkwright` and `arkwright --help` load nothing that takes time or memory."""

import subprocess
import sys

import pytest

HEAVY = frozenset(
    {"amqtt", "asyncua", "cryptography", "deltalake", "duckdb", "fastapi", "httpx", "lxml", "nicegui"}
    | {"numpy", "paho", "pandas", "polars", "psycopg", "pyarrow", "pydantic", "pymodbus", "scipy"}
    | {"sqlalchemy", "starlette", "tsdownsample", "uvicorn"}
)


def loaded(*arguments: str) -> set[str]:
    """Top-level modules that a fresh interpreter loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    rows = [row for row in done.stderr.splitlines() if row.startswith("import time:")]
    return {row.rpartition("|")[2].strip().partition(".")[0] for row in rows}


@pytest.mark.parametrize("arguments", [("-c", "import arkwright"), ("-m", "arkwright", "--help")])
def test_starting_loads_no_heavy_package(arguments):
    modules = loaded(*arguments)
    assert "arkwright" in modules
    assert not modules & HEAVY


def test_the_package_offers_few_names():
    import arkwright

    assert len(arkwright.__all__) <= 15
