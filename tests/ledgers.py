"""A new, empty ledger on either engine, for tests that must hold on both."""

import itertools
from pathlib import Path

import pytest

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)]
_NUMBERS = itertools.count()


def fresh_ledger_url(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of a ledger that nobody has used."""
    if engine == "sqlite":
        return f"sqlite:///{folder / f'ledger{next(_NUMBERS)}.db'}"
    import psycopg

    server = request.getfixturevalue("postgres_url")
    name = f"feed_{next(_NUMBERS)}"
    # A schema of its own: a database of its own would take PostgreSQL a second.
    with psycopg.connect(server.replace("postgresql+psycopg", "postgresql"), autocommit=True) as at:
        at.execute(f"CREATE SCHEMA {name}")
    return f"{server}?options=-csearch_path%3D{name}"
