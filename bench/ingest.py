"""Ingest: 10,000 readings/s over OPC UA and 10,000/s over Sparkplug B, every value distinct, none lost.

Protocol: an OPC UA server and a Sparkplug edge node, each a process of its own, count upwards on 1,000
signals each, ten values a second; the edge node publishes with QoS 1 through mosquitto. A site with a limit
on every signal is run as a user would (`arkwright run SITE --no-web`): live values, history, limit checks.
Afterwards the values stored of each signal are compared with those sent, by number. The baseline is a bare
subscriber in one process (asyncua and paho) that only counts, fed by the same producers in the same run.
CPU seconds are read from the operating system, for producers, broker and Arkwright apart.

    python -m bench.ingest --seconds 600      the claim
    python -m bench.ingest --seconds 30       a look
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from arkwright.core.tables import to_us

HOST = "127.0.0.1"
SIGNALS = 1000
PER_S = 10
NAMESPACE = "urn:bench"


# --------------------------------------------------------------------------------------------- the producers
async def produce_opcua(port: int, seconds: float) -> None:
    """Serve counters; say {"ready"} once they can be read and {"sent"} at the end."""
    from asyncua import Server, ua

    from arkwright.app.demo.serve.sparse import SparseServer

    server = Server(iserver=SparseServer())
    await server.init()
    server.set_endpoint(f"opc.tcp://{HOST}:{port}/bench")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    nodes = []
    for k in range(SIGNALS):
        node = await server.nodes.objects.add_variable(ua.NodeId(f"s{k}", index), f"{index}:s{k}", -1.0)
        nodes.append(node.nodeid)
    async with server:
        say({"ready": True})
        await until_told()
        n = 0

        async def step() -> None:
            nonlocal n
            stamp = datetime.now(UTC)
            value = ua.DataValue(
                ua.Variant(float(n), ua.VariantType.Double), SourceTimestamp=stamp, ServerTimestamp=stamp
            )
            for node in nodes:
                await server.write_attribute_value(node, value)
            n += 1

        await at_pace(step, seconds)
        say({"sent": n, "cpu_s": cpu_of(psutil.Process())})
        await asyncio.sleep(5.0)  # what was measured last is still to be fetched


class Edge:
    """An edge node with one device of counters."""

    def __init__(self, port: int) -> None:
        import paho.mqtt.client as mqtt

        self.seq = 0
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-edge")
        self.client.max_inflight_messages_set(200)
        self.client.max_queued_messages_set(0)
        self.client.on_message = lambda *_: self.birth()
        self.client.connect(HOST, port)
        self.client.subscribe("spBv1.0/bench/NCMD/edge", qos=1)
        self.client.loop_start()

    def birth(self) -> None:
        from arkwright.connect.sparkplug_codec import DataType, Metric

        now_ms = time.time_ns() // 1_000_000
        self.send("NBIRTH", [Metric("bdSeq", 0, DataType.INT64, now_ms)])
        metrics = [Metric(f"s{k}", -1.0, DataType.DOUBLE, now_ms, alias=k) for k in range(SIGNALS)]
        self.send("DBIRTH", metrics, "d")

    def count(self, n: int) -> Any:
        from arkwright.connect.sparkplug_codec import DataType, Metric

        now_ms, last = time.time_ns() // 1_000_000, None
        for first in range(0, SIGNALS, 100):
            part = range(first, first + 100)
            last = self.send(
                "DDATA", [Metric("", float(n), DataType.DOUBLE, now_ms, alias=k) for k in part], "d"
            )
        return last

    def send(self, kind: str, metrics: list[Any], device: str = "") -> Any:
        from arkwright.connect.sparkplug_codec import Payload, encode

        self.seq = 0 if kind == "NBIRTH" else (self.seq + 1) % 256
        payload = encode(Payload(metrics, time_ms=time.time_ns() // 1_000_000, seq=self.seq))
        topic = f"spBv1.0/bench/{kind}/edge" + (f"/{device}" if device else "")
        return self.client.publish(topic, payload, qos=1)


def produce_sparkplug(port: int, seconds: float) -> None:
    """Publish counters at the pace; say {"ready"}, then {"sent"} once the broker has them all."""
    edge = Edge(port)
    edge.birth()
    say({"ready": True})
    sys.stdin.readline()
    n, began, last = 0, time.monotonic(), None
    while n < seconds * PER_S:
        last = edge.count(n)
        n += 1
        time.sleep(max(0.0, began + n / PER_S - time.monotonic()))
    if last is not None:
        last.wait_for_publish(30)
    late_s = round(time.monotonic() - began - seconds, 2)
    say({"sent": n, "cpu_s": cpu_of(psutil.Process()), "late_s": late_s})
    time.sleep(5.0)
    edge.client.disconnect()


async def at_pace(step: Any, seconds: float) -> None:
    began, k = time.monotonic(), 0
    while k < seconds * PER_S:
        await step()
        k += 1
        await asyncio.sleep(max(0.0, began + k / PER_S - time.monotonic()))


async def until_told() -> None:
    await asyncio.to_thread(sys.stdin.readline)


# ------------------------------------------------------------------------------------- the bare subscriber
async def count_bare(opcua_port: int, mqtt_port: int) -> None:
    """Subscribe to both with the plain libraries and count, until standard input ends."""
    import paho.mqtt.client as mqtt
    from asyncua import Client

    counts = {"opcua": 0, "sparkplug": 0}

    class Handler:
        """Count what asyncua hands over."""

        def datachange_notification(self, *_: Any) -> None:
            counts["opcua"] += 1

    def on_message(*_: Any) -> None:
        counts["sparkplug"] += 100

    broker = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-bare")
    broker.on_message = on_message
    broker.connect(HOST, mqtt_port)
    broker.subscribe("spBv1.0/bench/DDATA/#", qos=1)
    broker.loop_start()
    async with Client(f"opc.tcp://{HOST}:{opcua_port}/bench") as client:
        index = await client.get_namespace_index(NAMESPACE)
        subscription = await client.create_subscription(100, Handler())
        nodes = [client.get_node(f"ns={index};s=s{k}") for k in range(SIGNALS)]
        await subscription.subscribe_data_change(nodes, queuesize=100)
        say({"ready": True})
        began = cpu_of(psutil.Process())
        await until_told()
        say(counts | {"cpu_s": cpu_of(psutil.Process()) - began})
    broker.loop_stop()


# ------------------------------------------------------------------------------------------- the processes
@dataclass
class Child:
    """A process that says lines of JSON on its standard output."""

    process: subprocess.Popen[str]

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended without a word")
        return json.loads(line)

    def tell(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@contextmanager
def child(*words: str) -> Iterator[Child]:
    process = subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Child(process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def broker(folder: Path, port: int) -> Iterator[psutil.Process]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("mosquitto is not installed: it is the broker of this benchmark")
    settings = folder / "mosquitto.conf"
    lines = [f"listener {port} {HOST}", "allow_anonymous true", "max_queued_messages 100000"]
    settings.write_text("\n".join([*lines, "max_inflight_messages 1000", ""]))
    process = subprocess.Popen([program, "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_of_tree(process: psutil.Process) -> float:
    return sum(cpu_of(p) for p in [process, *process.children(recursive=True)] if p.is_running())


def rss_of_tree(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(p.memory_info().rss for p in family if p.is_running()) / 1e6


def say(facts: dict[str, Any]) -> None:
    print(json.dumps(facts), flush=True)


# ------------------------------------------------------------------------------------------------ the site
def write_site(folder: Path, opcua_port: int, mqtt_port: int) -> None:
    folder.mkdir(parents=True)
    (folder / "site.toml").write_text(
        'schema = 1\nname = "bench"\n[connections.ua]\nprotocol = "opcua"\n'
        f'url = "opc.tcp://{HOST}:{opcua_port}/bench"\n[connections.sp]\nprotocol = "sparkplug"\n'
        f'url = "sparkplug://{HOST}:{mqtt_port}"\n'
    )
    with (folder / "assets.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["asset", "parent", "class"])
        rows.writerow(["works", "", "area"])
        rows.writerows([f"{kind}{k}", "works", "pump"] for kind in ("ua", "sp") for k in range(SIGNALS // 20))
    with (folder / "signals.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["signal", "asset", "quantity", "unit", "connection", "address", "high", "hysteresis"])
        for k in range(SIGNALS):
            asset, high = k // 20, 1e9
            rows.writerow([f"ua.s{k}", f"ua{asset}", "temperature", "degC", "ua", f"ns=2;s=s{k}", high, 1])
            rows.writerow(
                [f"sp.s{k}", f"sp{asset}", "temperature", "degC", "sp", f"bench/edge/d/s{k}", high, 1]
            )


def check_stored(home: Path, sent: dict[str, int]) -> dict[str, Any]:
    """Compare by number: the values stored of each signal against 0, 1, ... as sent."""
    from arkwright.core.tables import from_us
    from arkwright.history.query import History

    history = History(home / "history")
    result: dict[str, Any] = {}
    now_us = to_us(datetime.now(UTC))
    for kind, n in sent.items():
        lost = doubled = strange = stored = 0
        for first in range(0, SIGNALS, 50):
            names = [f"{kind}.s{k}" for k in range(first, first + 50)]
            rows = history.window(names, from_us(now_us - 86_400_000_000), from_us(now_us + 3_600_000_000))
            values = rows.column("value").to_numpy(zero_copy_only=False)
            signals = np.asarray(rows.column("signal").cast("string"))
            for name in names:
                got = values[signals == name]
                got = got[np.isfinite(got) & (got >= 0)].astype(np.int64)
                seen = np.bincount(got[got < n], minlength=n)
                lost += int((seen == 0).sum())
                doubled += int((seen > 1).sum())
                strange += int((got >= n).sum())
                stored += len(got)
        result[kind] = {
            "sent": n * SIGNALS,
            "stored": stored,
            "lost": lost,
            "doubled": doubled,
            "strange": strange,
        }
    return result


# ------------------------------------------------------------------------------------------------- the run
def run(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    bare = run_bare(chosen, folder)
    mqtt_port, opcua_port = free_port(), free_port()
    site = folder / "site"
    write_site(site, opcua_port, mqtt_port)
    with ExitStack() as stack:
        mosquitto = stack.enter_context(broker(folder, mqtt_port))
        producers = start_producers(stack, opcua_port, mqtt_port, chosen.seconds)
        words = ["-m", "arkwright", "run", str(site), "--no-web", "--json"]
        ours = stack.enter_context(child(*words))
        ours.hear()
        family = psutil.Process(ours.process.pid)
        time.sleep(10.0)  # subscribed to 2,000 signals
        before, of_broker = cpu_of_tree(family), cpu_of(mosquitto)
        for producer in producers.values():
            producer.tell()
        peak = watch(chosen.seconds, family)
        sent = {kind: producer.hear() for kind, producer in producers.items()}
        time.sleep(4.0)
        checks = pace_of(site.with_name("site.data"))
        cpu = {"arkwright": cpu_of_tree(family) - before, "broker": cpu_of(mosquitto) - of_broker}
        cpu |= {f"producer {kind}": said["cpu_s"] for kind, said in sent.items()}
    stored = check_stored(site.with_name("site.data"), {kind: said["sent"] for kind, said in sent.items()})
    per_s = {who: round(spent / chosen.seconds, 3) for who, spent in cpu.items()}
    return {
        "seconds": chosen.seconds,
        "stored": stored,
        "cpu_s_per_s": per_s,
        "bare_cpu_s_per_s": bare["cpu_s_per_s"],
        "ratio_to_bare": round(per_s["arkwright"] / bare["cpu_s_per_s"], 2),
        "bare": bare,
        "checks": checks,
        "peak_rss_mb": round(peak),
    }


def pace_of(home: Path) -> dict[str, dict[str, Any]]:
    """Say of each check whether it kept pace: ticks judged, ends that wait, how late [s], ticks too slow."""
    told = json.loads((home / "status.json").read_text())["judging"]["checks"]
    kept = ("ticks", "due", "passed_over", "lag_s", "took_s", "overruns", "failures")
    return {name: {key: check[key] for key in kept} for name, check in told.items()}


def watch(seconds: float, family: psutil.Process) -> float:
    peak, end = 0.0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        peak = max(peak, rss_of_tree(family))
        if sys.stderr.isatty():
            print(f"\r{left:5.0f} s left, {peak:4.0f} MB at most", end="", file=sys.stderr)
        time.sleep(min(1.0, left))
    return peak


def run_bare(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    seconds = min(chosen.seconds, 60.0)
    mqtt_port, opcua_port = free_port(), free_port()
    with ExitStack() as stack:
        stack.enter_context(broker(folder, mqtt_port))
        producers = start_producers(stack, opcua_port, mqtt_port, seconds)
        words = ["-m", "bench.ingest", "--role", "bare", "--opcua", str(opcua_port), "--mqtt", str(mqtt_port)]
        bare = stack.enter_context(child(*words))
        bare.hear()
        for producer in producers.values():
            producer.tell()
        for producer in producers.values():
            producer.hear()
        time.sleep(1.0)
        bare.tell()
        said = bare.hear()
    return said | {"seconds": seconds, "cpu_s_per_s": round(said["cpu_s"] / seconds, 3)}


def start_producers(stack: ExitStack, opcua_port: int, mqtt_port: int, seconds: float) -> dict[str, Child]:
    made = {}
    for kind, role, port in (("ua", "opcua", opcua_port), ("sp", "sparkplug", mqtt_port)):
        words = ["-m", "bench.ingest", "--role", role, "--port", str(port), "--seconds", str(seconds)]
        made[kind] = stack.enter_context(child(*words))
    for producer in made.values():
        producer.hear()
    return made


def main() -> None:
    whole = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=whole)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--role", choices=("opcua", "sparkplug", "bare"), help=argparse.SUPPRESS)
    for name in ("--port", "--opcua", "--mqtt"):
        parser.add_argument(name, type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.role == "opcua":
        asyncio.run(produce_opcua(chosen.port, chosen.seconds))
    elif chosen.role == "sparkplug":
        produce_sparkplug(chosen.port, chosen.seconds)
    elif chosen.role == "bare":
        asyncio.run(count_bare(chosen.opcua, chosen.mqtt))
    else:
        print(__doc__.partition("\n\n    python")[0])
        folder = Path(tempfile.mkdtemp(prefix="bench-ingest-"))
        try:
            print(json.dumps(run(chosen, folder), indent=2))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
