"""What every test may ask for."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.servers import Mosquitto, Postgres, open_folder, require_peer, unused_port

# A shared, busy machine is slow at times: how long an example takes says nothing about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the clone; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("ARKWRIGHT_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder.name} is not beside the clone")
    return folder


@pytest.fixture
def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    return unused_port()


@pytest.fixture(scope="session")
def peer() -> Callable[[str], Path]:
    """Find a foreign program or npm package; skips without it, or fails if ARKWRIGHT_REQUIRE_PEERS=1."""
    return require_peer


@pytest.fixture
def mosquitto() -> Iterator[Mosquitto]:
    """A broker of this test's own, started; `stop`, `kill` and `start` as often as the test needs."""
    folder = open_folder("arkwright-mosquitto-")
    broker = Mosquitto(folder)
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own, started."""
    folder = open_folder("arkwright-postgres-")
    server = Postgres(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The SQLAlchemy URL of that server."""
    return postgres.url
