"""Main spindles of machine tools, by acceleration at the nose: unbalance, and a tool that does not sit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.line_family import LineMet, Spectrum, confidence_of, lines_proof, meet
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Floats, Record, Symptom, Test, Told
from arkwright.kits.spectra import tone_rms, velocity_lines
from arkwright.kits.turn_average import TurnAverage, average_turn, refine_speed

SPEED_OFF = 0.005
LEAST_TURNS = 20.0
N_ORDERS = 10
MOSTLY = 0.7
"""Share of the velocity's power in the first order that says unbalance rather than a loose part. [1]"""
KNOCKS, KNOCK_CHANCE = 1.8, 1e-6
"""Power of the loudest 1/32 of a turn over the mean, and its chance, from which a holder that lifts and
strikes is named: 2 from a lift of 3 um on in `bench.feed_and_spindle`, below 1.3 where it sits. [1]"""
LEAST_RATE = 64.0  # samples a turn for that
CHANCE = 1e-3
RUNS_OUT = 0.5
"""Lines of the shaft beside the edges' pass, over that line: edges whose load differs by half. [1]"""
GROWN = 2.0  # over the spindle's own first records
CUTS = 0.1  # of the whole vibration: the pass of the edges, which in air is nothing


@dataclass(frozen=True)
class _Orders:
    """Velocity by order [mm/s], which of them stand out, and the whole. [mm/s]"""

    rms: Floats
    lines: tuple[LineMet, ...]
    whole: float

    @property
    def first(self) -> float:
        return float(self.rms[0])

    @property
    def strongest(self) -> int:
        return int(np.argmax(self.rms)) + 1

    def cuts_with(self, edges: int) -> bool:
        at = edges - 1
        return self.lines[at].p <= CHANCE and float(self.rms[at]) >= CUTS * self.whole


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    limit = asset.rated("vibration_limit_mm_s") or 0.0
    shaft = (record.speed_rpm or 0.0) / 60.0
    missing = _missing(record, limit, shaft)
    if missing:
        return Told(missing=(missing,))
    orders, knock = _orders(record, shaft), _knock(record, shaft)
    figures = {
        "first_order_mm_s": orders.first,
        "overall_mm_s": orders.whole,
        "knock_crest": 0.0 if knock is None else knock.crest,
    }
    edges = round(asset.rated("n_teeth") or 0.0)
    if 2 <= edges < N_ORDERS and orders.cuts_with(edges):
        return Told(figures, _cutting(orders, edges, record.location))
    if orders.strongest > 1 and orders.whole >= limit:
        text = f"order {orders.strongest} leads: the spindle seems to cut; record it in air, or state n_teeth"
        return Told(figures, missing=(text,))
    if knock is not None and knock.crest >= KNOCKS and knock.chance <= KNOCK_CHANCE:
        return Told(figures, (_loose(knock, record.location),), against=(_no_cut(),))
    return _in_air(orders, figures, limit, base, record.location)


def _missing(record: Record, limit: float, shaft: float) -> str:
    if not 0 < limit < 100:
        return f"vibration_limit_mm_s is {limit:g}: mm/s above zero are needed"
    if not record.has_unit:
        return "acceleration without a unit: no velocity comes of it"
    rate = 2.5 * N_ORDERS * shaft
    if len(record.samples) / record.rate_hz * shaft < LEAST_TURNS or record.rate_hz < rate:
        return f"{LEAST_TURNS:.0f} turns, sampled at {rate:.0f} Hz, are needed"
    return ""


def _knock(record: Record, shaft: float) -> TurnAverage | None:
    if record.rate_hz < LEAST_RATE * shaft:
        return None
    hz = refine_speed(record.samples, record.rate_hz, shaft, SPEED_OFF)
    turns = np.arange(len(record.samples)) / record.rate_hz * hz
    return average_turn(record.samples, record.rate_hz, turns)


def _orders(record: Record, shaft: float) -> _Orders:
    hz, power = velocity_lines(record.samples, record.rate_hz)
    inside = hz >= max(5.0, 0.3 * shaft)
    rms = np.array([tone_rms(hz, power, k * shaft, SPEED_OFF)[0] for k in range(1, N_ORDERS + 1)])
    spectrum = Spectrum(hz[inside], np.asarray(np.sqrt(power[inside]), np.float64))
    expected = {f"{k}x": k * shaft for k in range(1, N_ORDERS + 1)}
    lines = tuple(meet(spectrum, {name: at}, SPEED_OFF * at)[0] for name, at in expected.items())
    top = inside & (hz <= max(1000.0, 1.1 * N_ORDERS * shaft))
    return _Orders(rms, lines, float(np.sqrt(power[top].sum())))


def _in_air(orders: _Orders, figures: dict[str, float], limit: float, base: Base, signal: str) -> Told:
    was = base.get("first_order_mm_s", (np.inf, 0.0))
    grown = orders.first >= max(GROWN * was[0], was[0] + 5 * was[1]) and orders.first >= 0.5 * limit
    mostly = orders.first**2 >= MOSTLY * orders.whole**2 and orders.lines[0].p <= CHANCE
    if not mostly or not (orders.first >= limit or grown):
        return Told(figures)
    doubt = Evidence("Tool, holder or spindle: one record in air cannot tell; run it bare.", against=True)
    return Told(figures, (_unbalance(orders, limit, signal),), against=(doubt,))


def _unbalance(orders: _Orders, limit: float, signal: str) -> Symptom:
    share = (orders.first / orders.whole) ** 2
    figures = {"first_order_mm_s": orders.first, "overall_mm_s": orders.whole, "limit_mm_s": limit}
    text = f"First order {orders.first:.2f} of {limit:g} mm/s allowed, {100 * share:.0f} % of the vibration."
    return Symptom(
        "spindle_unbalance",
        confidence_of(orders.lines[0].p, 0.85),
        f"Tool or spindle are out of balance: {orders.first:.1f} mm/s at the speed of the spindle.",
        f"主轴或刀具不平衡：转频振动速度 {orders.first:.1f} mm/s。",
        (lines_proof(text, orders.lines[:3], figures, signal),),
        "act" if orders.first >= 1.5 * limit else "watch",
    )


def _loose(knock: TurnAverage, signal: str) -> Symptom:
    figures = {"crest": knock.crest, "turns": float(knock.n_turns), "chance": knock.chance}
    text = (
        f"The power in 1/32 of a turn is {knock.crest:.1f} times the mean over {knock.n_turns} turns: "
        "something strikes in every turn."
    )
    data = {"power": [float(f"{v:.4g}") for v in knock.power]}
    return Symptom(
        "drawbar",
        confidence_of(knock.chance, 0.7),
        "The tool does not sit firmly, or a part of the spindle is loose: it strikes in every turn.",
        "刀具夹紧不牢或主轴部件松动：每转都有冲击。",
        (Evidence(text, signal, figures=figures, data=data),),
        "act" if knock.crest >= 3.0 else "watch",
    )


def _no_cut() -> Evidence:
    text = "A cutter in the work strikes in every turn too: this holds for a record in air only."
    return Evidence(text, against=True)


def _cutting(orders: _Orders, edges: int, signal: str) -> tuple[Symptom, ...]:
    """Under cut: lines of the shaft beside the pass of the edges mean that the edges do not cut alike."""
    aside = [k for k in (1, edges - 1, edges + 1) if 1 <= k <= N_ORDERS]
    # As forces on a head below its resonances: velocity times the order.
    push = orders.rms * np.arange(1, N_ORDERS + 1)
    ratio = float(np.sqrt(np.sum([push[k - 1] ** 2 for k in set(aside)])) / push[edges - 1])
    if ratio < RUNS_OUT:
        return ()
    text = f"Lines of the shaft beside the pass of {edges} edges are {100 * ratio:.0f} % of it."
    return (
        Symptom(
            "drawbar",
            0.6,
            f"The tool runs out, or an edge is chipped: its {edges} edges do not cut alike.",
            f"刀具跳动过大或刀刃崩缺：{edges} 个刀齿切削不均。",
            (lines_proof(text, orders.lines, {"runs_out": ratio}, signal),),
        ),
    )


TEST = Test(
    name="spindle",
    title="Main spindle of a machine tool",
    summary=(
        "In air: unbalance of tool or spindle where the first order holds most of the velocity and is above "
        "what the maker allows; a tool that does not sit where something strikes in every turn. Under "
        "cut, where the number of edges is stated: whether they cut alike. Its bearings have their own check."
    ),
    quantity="acceleration",
    causes=("spindle_unbalance", "drawbar"),
    judge=_judge,
    plate={"vibration_limit_mm_s": "velocity that the maker of the spindle allows, in air"},
    also={"n_teeth": "edges of the tool, where it cuts"},
    references=(
        "ISO 17243-1:2014",
        "ISO 21940-11:2016",
        "Altintas (2012), Manufacturing Automation, chapter 2",
    ),
    example={"vibration_limit_mm_s": 1.5},
)
CHECK = record_check(TEST)
