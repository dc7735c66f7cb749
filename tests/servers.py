"""Foreign servers that tests start themselves, on free ports of the loopback, and stop again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NODE_MODULES = ROOT / "tests" / "peers" / "node_modules"
MUST = os.environ.get("ARKWRIGHT_REQUIRE_PEERS") == "1"


def unused_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require_peer(name: str) -> Path:
    """The program or npm package of a name; without it the test skips, or fails where CI must have it."""
    found = _find(name)
    if found is not None:
        return found
    reason = f"peer {name} is not installed; `.ci/run` and `make peers` install it"
    if MUST:
        pytest.fail(reason)
    pytest.skip(reason)


def _find(name: str) -> Path | None:
    if name == "postgres":
        return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)), None)
    package = NODE_MODULES / name
    if package.is_dir():
        return package
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return Path(program) if program else None


def wait_for_port(port: int, *, within_s: float = 15.0, process: "subprocess.Popen | None" = None) -> None:
    """Wait until something answers on a port."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode} before it listened on {port}")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {within_s} s")


class Server:
    """A foreign program on a port that can be started, stopped and killed, again and again."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or unused_port()
        self.process: subprocess.Popen | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> "Server":
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
        log.close()
        try:
            wait_for_port(self.port, within_s=60.0, process=self.process)
            self.wait_until_ready()
        except BaseException:
            self.kill()  # the test that wanted it will not reach its own clean-up
            raise
        return self

    def wait_until_ready(self, within_s: float = 30.0) -> None:
        """Wait for more than an open port, where a program opens it before it serves."""

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it in an orderly way, or with SIGKILL if it does not go."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)


class Mosquitto(Server):
    """An MQTT broker with persistence: what it acknowledged it still has after `stop` and `start`."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder, port)
        self.program = require_peer("mosquitto")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\nautosave_on_changes true\n"
            "max_queued_messages 0\nmax_inflight_messages 100\n"
            + (f"user {pwd.getpwuid(0).pw_name}\n" if os.geteuid() == 0 else "")
        )
        return [str(self.program), "-c", str(config)]


class Node(Server):
    """A script of tests/peers under node, told its port as the first argument."""

    def __init__(self, script: Path, folder: Path, *arguments: str, port: int | None = None) -> None:
        super().__init__(folder, port)
        self.program = require_peer("node")
        self.script = script
        self.arguments = arguments

    def command(self) -> list[str]:
        return [str(self.program), str(self.script), str(self.port), *self.arguments]


class Postgres(Server):
    """A PostgreSQL cluster of its own in a folder; it refuses root, so root runs it as user postgres."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bin = require_peer("postgres").parent
        self.data = folder / "cluster"
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "arkwright", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://arkwright@127.0.0.1:{self.port}/postgres"

    def command(self) -> list[str]:
        return [
            *self.as_user, str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port),
            "-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50",
        ]  # fmt: skip

    def wait_until_ready(self, within_s: float = 30.0) -> None:
        """Wait until recovery is over: before that the port is open and sessions are refused."""
        ask = [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "arkwright"]
        deadline = time.monotonic() + within_s
        while subprocess.run(ask, stdin=subprocess.DEVNULL, timeout=10).returncode != 0:
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL refuses sessions after {within_s} s")
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask for a fast shutdown: open sessions are cut, what is committed stays."""
        if self.process is not None and self.process.poll() is None:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")
            self.process.wait(15)

    def kill(self) -> None:
        """End it at once without a checkpoint, as a crash would; `start` then recovers from its log."""
        if self.process is not None and self.process.poll() is None:
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")
            self.process.wait(15)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self.as_user, str(self.bin / program), *arguments],
            check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, cwd=self.folder,
        )  # fmt: skip


def open_folder(prefix: str) -> Path:
    """A new folder that other users may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    return folder
