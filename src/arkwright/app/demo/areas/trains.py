"""Pump and fan trains: the water station and the fan house, read over OPC UA."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from arkwright.app.demo.areas.rows import AssetRow, SignalRow, Tick, Value, noisy
from arkwright.app.demo.physics.bearing import BearingGeometry, Defect
from arkwright.app.demo.physics.train import TrainDesign, TrainState, duty, step_train
from arkwright.app.demo.physics.vibration import Condition, Line, Mode, Point, record

RATE_HZ = 25600.0
N_SAMPLES = 40960
"""1.6 s: 39 turns at 1470 rpm, enough to part the lines of a bearing from those of the shaft."""
RECORD_TICKS = 10
KP_CM2 = 98066.5
UNBALANCE_MM_S = 9.0
"""Velocity that a fan's unbalance adds when its dust has fully grown. [mm/s RMS]"""

BEARINGS: Mapping[str, BearingGeometry] = {
    # Balls, ball and pitch diameter [mm], contact angle [deg]: 620x after the CWRU data center, ZA-2115
    # (Rexnord, double row) after Qiu, Lee, Lin & Yu, J. Sound Vib. 289 (2006) 1066-1090.
    "6203": BearingGeometry(8, 6.746, 28.50),
    "6205": BearingGeometry(9, 7.940, 39.04),
    "ZA-2115": BearingGeometry(16, 8.4074, 71.501, 15.17),
}


@dataclass(frozen=True, slots=True)
class Train:
    """One train: its rows, its design and what its housing rings at."""

    asset: str
    parent: str
    kind: Literal["pump", "fan"]
    title: str
    title_zh: str
    design: TrainDesign
    support: Literal["rigid", "flexible"]
    bearings: tuple[str, str]
    n_blades: int
    healthy_mm_s: float
    modes_hz: tuple[float, float]
    downtime_cost_per_h: float
    replace_cost: float


TRAINS: tuple[Train, ...] = (
    Train("P-101", "WS", "pump", "Cooling-water pump 1", "1号冷却水泵",
          TrainDesign(120.0, 2.9e5, 15.0, 1470.0, 1500.0, 998.0, 1.3e5),
          "rigid", ("6205", "6203"), 6, 1.05, (3350.0, 6100.0), 850.0, 4200.0),
    Train("P-102", "WS", "pump", "Cooling-water pump 2", "2号冷却水泵",
          TrainDesign(120.0, 2.9e5, 15.0, 1472.0, 1500.0, 998.0, 1.3e5),
          "rigid", ("6205", "6203"), 6, 1.00, (3420.0, 6230.0), 850.0, 4200.0),
    Train("P-103", "WS", "pump", "Descaling booster pump", "除鳞增压泵",
          TrainDesign(96.0, 1.35e6, 55.0, 2965.0, 3000.0, 998.0, 2.6e5),
          "rigid", ("ZA-2115", "ZA-2115"), 5, 1.20, (3900.0, 7000.0), 2400.0, 9800.0),
    Train("F-201", "FH", "fan", "Sinter waste-gas fan", "烧结主抽风机",
          TrainDesign(92000.0, 4200.0, 160.0, 985.0, 1000.0, 0.95, -2000.0, 1.15, 0.05, 0.80),
          "flexible", ("ZA-2115", "ZA-2115"), 10, 1.60, (2700.0, 5400.0), 5200.0, 38000.0),
    Train("F-202", "FH", "fan", "Combustion-air fan", "助燃风机",
          TrainDesign(28000.0, 5200.0, 55.0, 1478.0, 1500.0, 1.2, -300.0, 1.15, 0.05, 0.80),
          "flexible", ("ZA-2115", "ZA-2115"), 11, 1.35, (3100.0, 5800.0), 1900.0, 12500.0),
    Train("F-203", "FH", "fan", "Dedusting fan", "除尘风机",
          TrainDesign(60000.0, 3900.0, 90.0, 1483.0, 1500.0, 1.2, -800.0, 1.15, 0.05, 0.80),
          "flexible", ("ZA-2115", "ZA-2115"), 12, 1.40, (2950.0, 6000.0), 700.0, 15500.0),
)  # fmt: skip

DEFECTS: Mapping[str, Defect] = {"P-101": "outer_race", "F-202": "inner_race"}


class Trains:
    """The water station and the fan house."""

    period_s = 1.0

    def __init__(self) -> None:
        self.assets: tuple[AssetRow, ...] = (
            AssetRow("WS", "works", "area", "Water station", "水站"),
            AssetRow("FH", "works", "area", "Fan house", "风机房"),
            *(_asset_row(train) for train in TRAINS),
        )
        self.signals: tuple[SignalRow, ...] = tuple(row for train in TRAINS for row in _signal_rows(train))

    def start(self) -> dict[str, TrainState]:
        """Return all trains warm and at rated demand."""
        return {train.asset: TrainState() for train in TRAINS}

    def step(
        self, state: dict[str, TrainState], tick: Tick
    ) -> tuple[dict[str, TrainState], dict[str, Value]]:
        """Advance every train; one tick in ten brings its vibration records, each train in its own tick."""
        after: dict[str, TrainState] = {}
        values: dict[str, Value] = {}
        for turn, train in enumerate(TRAINS):
            rng = tick.rng(train.asset)
            ill = tuple(tick.severities.get((train.asset, end), 0.0) for end in ("DE", "NDE"))
            after[train.asset] = step_train(
                train.design, state[train.asset], tick.dt_s, (ill[0], ill[1]), float(rng.standard_normal())
            )
            values |= _process_values(train, after[train.asset], rng)
            if (tick.number - turn) % RECORD_TICKS == 0:
                values |= vibration_values(train, after[train.asset], tick)
        return after, values


def vibration_values(train: Train, state: TrainState, tick: Tick) -> dict[str, Value]:
    """Record both bearings of a train: waveform [g] and velocity [mm/s RMS]."""
    speed_rpm = duty(train.design, state).speed_rpm
    values: dict[str, Value] = {}
    for end in ("DE", "NDE"):
        rng = tick.rng(f"{train.asset}.{end}")
        taken = record(
            point_of(train, end), condition_of(train, end, tick), speed_rpm, RATE_HZ, N_SAMPLES, rng
        )
        values[f"{train.asset}.{end}.acceleration"] = taken.acceleration_g.astype(np.float32)
        values[f"{train.asset}.{end}.velocity"] = round(taken.velocity_mm_s, 3)
    return values


def point_of(train: Train, end: str) -> Point:
    """Describe the measuring point at one end of a train."""
    far = end == "NDE"
    low, high = train.modes_hz
    base = train.healthy_mm_s * (0.85 if far else 1.0)
    lines = (Line(1.0, 0.80 * base), Line(2.0, 0.38 * base), Line(3.0, 0.16 * base))
    return Point(
        bearing=BEARINGS[train.bearings[1 if far else 0]],
        modes=(Mode(low * (1.09 if far else 1.0), 0.035, 1.0), Mode(high, 0.045, 0.55)),
        lines=(*lines, Line(float(train.n_blades), 0.30 * base)),
        line_hz_mm_s=((100.0, 0.18 * base),),
        noise_g=0.05 + 0.05 * train.healthy_mm_s,
    )


def condition_of(train: Train, end: str, tick: Tick) -> Condition:
    """Say what ails one end of a train in this tick."""
    severity = tick.severities.get((train.asset, end), 0.0)
    unbalance = (
        tick.severities.get((train.asset, "rotor"), 0.0) * UNBALANCE_MM_S * (0.8 if end == "NDE" else 1.0)
    )
    return Condition(DEFECTS.get(train.asset) if severity else None, severity, unbalance)


def _process_values(train: Train, state: TrainState, rng: np.random.Generator) -> dict[str, Value]:
    point = duty(train.design, state)
    pressure = KP_CM2 if train.kind == "pump" else 100.0
    rated = train.design
    readings = {
        "speed": noisy(rng, point.speed_rpm, 0.3, 0.1),
        "flow": noisy(rng, point.flow_m3_h, 0.004 * rated.rated_flow_m3_h),
        "suction": noisy(rng, point.suction_pa / pressure, 0.002 * abs(rated.rated_head_pa) / pressure),
        "discharge": noisy(rng, point.discharge_pa / pressure, 0.002 * rated.rated_head_pa / pressure),
        "power": noisy(rng, point.motor_kw, 0.003 * rated.rated_power_kw),
        "current": noisy(rng, point.current_a, 0.004 * point.current_a),
        "DE.temperature": noisy(rng, state.bearings_c[0], 0.08, 0.1),
        "NDE.temperature": noisy(rng, state.bearings_c[1], 0.08, 0.1),
    }
    return {f"{train.asset}.{name}": value for name, value in readings.items()}


def _asset_row(train: Train) -> AssetRow:
    design = train.design
    plate: dict[str, float | str] = {
        "rated_power_kw": design.rated_power_kw,
        "rated_speed_rpm": design.rated_speed_rpm,
        "support": train.support,
        "n_vanes" if train.kind == "pump" else "n_blades": train.n_blades,
        "rated_flow_m3_h": design.rated_flow_m3_h,
    }
    return AssetRow(
        train.asset, train.parent, train.kind, train.title, train.title_zh, plate,
        {"DE": train.bearings[0], "NDE": train.bearings[1]}, train.downtime_cost_per_h, train.replace_cost,
    )  # fmt: skip


def _signal_rows(train: Train) -> list[SignalRow]:
    name, pressure = train.asset, "kp/cm2" if train.kind == "pump" else "mbar"
    rated_a = duty(train.design, TrainState()).current_a
    rows = [
        SignalRow(f"{name}.speed", name, "rotational_speed", "rpm", "Speed", "转速"),
        SignalRow(f"{name}.flow", name, "volume_flow", "m3/h", "Flow", "流量"),
        SignalRow(f"{name}.suction", name, "pressure", pressure, "Suction pressure", "吸入压力"),
        SignalRow(f"{name}.discharge", name, "pressure", pressure, "Discharge pressure", "出口压力"),
        SignalRow(f"{name}.power", name, "power", "kW", "Motor power", "电机功率"),
        SignalRow(f"{name}.current", name, "current", "A", "Motor current", "电机电流",
                  high=round(1.25 * rated_a), hysteresis=2.0),
    ]  # fmt: skip
    return rows + [row for end in ("DE", "NDE") for row in _bearing_rows(name, end)]


def _bearing_rows(name: str, end: str) -> list[SignalRow]:
    side, side_zh = {"DE": ("Drive end", "驱动端"), "NDE": ("Non-drive end", "非驱动端")}[end]
    return [
        SignalRow(f"{name}.{end}.temperature", name, "temperature", "degC", f"{side} bearing temperature",
                  f"{side_zh}轴承温度", location=end, high=75.0, high_high=90.0, hysteresis=2.0),
        SignalRow(f"{name}.{end}.velocity", name, "vibration_velocity", "mm/s", f"{side} velocity RMS",
                  f"{side_zh}振动速度", location=end, max_gap_s=60.0),
        SignalRow(f"{name}.{end}.acceleration", name, "acceleration", "g", f"{side} acceleration",
                  f"{side_zh}振动加速度", kind="waveform", location=end, rate_hz=RATE_HZ, max_gap_s=60.0),
    ]  # fmt: skip
