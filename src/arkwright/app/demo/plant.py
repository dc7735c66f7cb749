"""Start and stop the demo works: a broker and four servers, each in its own process."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO

from arkwright.app.demo.folder import write_site
from arkwright.app.demo.ports import Ports, free_ports
from arkwright.app.demo.timeline import Truth, read_timeline
from arkwright.core.errors import ArkwrightError

READY_WITHIN_S = 30.0
STOP_WITHIN_S = 5.0


class PlantError(ArkwrightError):
    """The demo works could not be started."""


@dataclass
class _Server:
    """One running process of the works and where its complaints go."""

    role: str
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def complaint(self) -> str:
        """Return the last lines it wrote to standard error."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")[-2000:].strip()


@dataclass
class PlantHandle:
    """A running works: its addresses, its truth, and the way to stop it."""

    seed: int
    speed: float
    start: datetime
    ports: Ports
    folder: Path
    _servers: list[_Server] = field(default_factory=list)

    @property
    def urls(self) -> dict[str, str]:
        """Address of each connection by its name in the site folder."""
        return self.ports.urls()

    @property
    def truth_url(self) -> str:
        """Where the truth is served as JSON."""
        return self.ports.truth_url()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the works, to leave them out when memory is counted."""
        return tuple(server.process.pid for server in self._servers)

    def truth(self, now: datetime) -> list[Truth]:
        """List what is really wrong at a time, the oldest first."""
        return read_timeline(self.seed, self.speed, self.start).truth(now)

    def dead(self) -> list[str]:
        """Name the processes that have ended by themselves."""
        return [server.role for server in self._servers if server.process.poll() is not None]

    def stop(self) -> None:
        """End the processes of this works, and no others."""
        for server in self._servers:
            if server.process.poll() is None:
                server.process.terminate()
        until = monotonic() + STOP_WITHIN_S
        for server in self._servers:
            _end(server, max(0.1, until - monotonic()))
        self._servers.clear()

    def __enter__(self) -> "PlantHandle":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_plant(
    seed: int = 7,
    speed: float = 1.0,
    folder: Path | None = None,
    *,
    ports: Ports | None = None,
    broker: str = "auto",
) -> PlantHandle:
    """Start the works, wait until every server answers, and write its site folder.

    Parameters
    ----------
    seed
        Seed of the run: the same seed, speed and start give the same works. [1]
    speed
        Speed-up of ageing and of slow processes, above zero; 1 is the pace of the demo. [1]
    folder
        Where to write the site folder; a new temporary folder if left out.
    ports
        Ports of 127.0.0.1 to use; free ones if left out.
    broker
        ``mosquitto``, ``amqtt``, or ``auto`` for the first that is installed.

    Returns
    -------
    plant
        The running works; also a context manager that stops it.

    Raises
    ------
    PlantError
        If a server ends or does not answer in time; the others are stopped.
    """
    start = datetime.now(UTC)
    read_timeline(seed, speed, start)
    home = folder or Path(tempfile.mkdtemp(prefix="arkwright-demo-"))
    plant = PlantHandle(seed, speed, start, ports or free_ports(), home)
    try:
        for role, port in _roles(plant.ports):
            plant._servers.append(_spawn(role, port, plant, broker))
        _wait_ready(plant._servers)
    except BaseException:
        plant.stop()
        raise
    write_site(home, plant.ports)
    return plant


def _roles(ports: Ports) -> Iterator[tuple[str, int]]:
    """Yield what to start, the slowest first."""
    yield "opcua", ports.opcua
    yield "broker", ports.mqtt
    yield "edge", ports.mqtt
    yield "machining", ports.mtconnect
    yield "truth", ports.truth


def _spawn(role: str, port: int, plant: PlantHandle, broker: str) -> _Server:
    words = [sys.executable, "-m", "arkwright.app.demo.serve.role", role, "--port", str(port)]
    words += ["--seed", str(plant.seed), "--speed", repr(plant.speed), "--start", plant.start.isoformat()]
    words += ["--broker", broker]
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the process)
    # One thread each: five processes with a BLAS pool would fight for the cores of a small computer.
    settings = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=settings,
        start_new_session=True,
    )
    return _Server(role, process, errors)


def _wait_ready(servers: list[_Server]) -> None:
    until = monotonic() + READY_WITHIN_S
    with selectors.DefaultSelector() as selector:
        for server in servers:
            assert server.process.stdout is not None
            selector.register(server.process.stdout, selectors.EVENT_READ, server)
        while selector.get_map():
            events = selector.select(max(0.0, until - monotonic()))
            if not events:
                late = ", ".join(key.data.role for key in selector.get_map().values())
                raise PlantError(f"{late} did not answer within {READY_WITHIN_S:g} s", fix="Try again.")
            for key, _ in events:
                _read_ready(key.data)
                selector.unregister(key.fileobj)


def _read_ready(server: _Server) -> None:
    assert server.process.stdout is not None
    line = server.process.stdout.readline()
    with contextlib.suppress(json.JSONDecodeError):
        if "ready" in json.loads(line):
            return
    server.process.wait(STOP_WITHIN_S)
    raise PlantError(
        f"the {server.role} process of the demo works ended with code {server.process.returncode}: "
        f"{server.complaint() or 'it said nothing'}",
        fix="Is another program on its port? Start again without fixed ports.",
    )


def _end(server: _Server, within_s: float) -> None:
    try:
        server.process.wait(within_s)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
    for pipe in (server.process.stdin, server.process.stdout, server.errors):
        if pipe is not None:
            pipe.close()


def main() -> None:
    """Run the works alone until interrupted, for any Arkwright or other client to connect to."""
    import argparse
    import signal

    parser = argparse.ArgumentParser(description="The demo works on loopback.")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=None, help="where to write its site folder")
    parser.add_argument("--broker", default="auto", choices=("auto", "mosquitto", "amqtt"))
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with start_plant(chosen.seed, chosen.speed, chosen.folder, broker=chosen.broker) as plant:
        lines = [
            f"site folder: {plant.folder}",
            *(f"{k}: {v}" for k, v in plant.urls.items()),
            plant.truth_url,
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
