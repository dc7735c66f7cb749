"""A small site, its people, and findings of troubles on it."""

from datetime import UTC, datetime, timedelta

from arkwright.core.catalog import FaultMode
from arkwright.core.finding import Evidence, Finding, cannot_judge
from arkwright.core.plant import Asset, Connection, Money, Signal, Site
from arkwright.history.ledger_people import People

NOW = datetime(2026, 3, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OUTER = FaultMode(
    name="outer_race",
    title="Replace the bearing",
    title_zh="更换轴承",
    summary="A spall on the outer race.",
    remedy="Replace the bearing.",
    failure_mode="VIB",
    failure_mechanism="2.6",
    activity="1",
    duration_h=4.0,
    within_h={"watch": 720.0, "act": 336.0, "stop": 8.0},
    spares=("rolling bearing {bearing}",),
    skills=("fitter",),
    lead_time_h=72.0,
)
FAULTS = {"outer_race": OUTER}
PUMP = Asset("p1", title="Pump 1", title_zh="一号泵", bearings={"DE": "6205"}, downtime_cost_per_h=500.0,
             replace_cost=8000.0)  # fmt: skip
FAN = Asset("f1", title="Fan 1", downtime_cost_per_h=100.0)
MUTE = Asset("m1", title="Mixer 1")  # the site states no costs of it
SITE = Site(
    "works",
    {a.name: a for a in (PUMP, FAN, MUTE)},
    {"p1.t": Signal("p1.t", "p1", "temperature", "degC", "plc")},
    {"plc": Connection("plc", "opcua", "opc.tcp://127.0.0.1")},
    time_zone="Asia/Shanghai",
    money=Money("CNY"),
)


def found(band="act", *, asset="p1", at=NOW, cause="outer_race", location="DE", check="bearing", labels=(),
          confidence=0.9, text="Outer-race lines at 107.4 Hz."):  # fmt: skip
    """A finding whose window of an hour ends at ``at``."""
    proof = (Evidence("BPFO 9 dB above the floor", "p1.de", at - HOUR, at, {"level_db": 9.0}),)
    return Finding(check, asset, cause, band, confidence, at - HOUR, at, text, proof, location=location,
                   labels=labels)  # fmt: skip


def over(at, *, causes=("outer_race",), **more):
    """The finding that says that troubles are over."""
    return found("none", at=at, cause="normal", labels=tuple(causes), text="Over.", **more)


def blind(at=NOW, *missing, location="DE"):
    """The finding that something cannot be judged."""
    return cannot_judge("bearing", "p1", missing or ("rated_speed_rpm",), at - HOUR, at, location=location)


def hire(ledger):
    """An owner (ana), an engineer (li) and one who may only look (tom)."""
    people = People(ledger)
    for name, role in (("ana", "owner"), ("li", "engineer"), ("tom", "viewer")):
        people.add(name, role, NOW - DAY, by="test")
