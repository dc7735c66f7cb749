"""The traction-motor bench, read over OPC UA."""

import math
from dataclasses import dataclass, field, replace

from arkwright.app.demo.areas.rows import AssetRow, SignalRow, Tick, Value, noisy
from arkwright.app.demo.physics.drift import approach, wander
from arkwright.app.demo.physics.traction import (
    COOLANT,
    COOLANT_J_KG_K,
    COOLANT_KG_L,
    CORE,
    DC_LINK_V,
    INLET_C,
    MAGNET,
    RATED_FLOW_L_MIN,
    SHOP_C,
    WINDING,
    BenchState,
    coolant_heat_w,
    demand,
    drive,
    step_bench,
)

NAME = "TM-301"


@dataclass(frozen=True, slots=True)
class Cell:
    """State of the bench: the motor, its coolant flow [l/min] and the shop's drift [K]."""

    motor: BenchState = field(default_factory=BenchState)
    flow_l_min: float = RATED_FLOW_L_MIN
    shop: float = 0.0


class Bench:
    """The test bench of the bogie shop."""

    period_s = 1.0

    def __init__(self) -> None:
        plate: dict[str, float | str] = {
            "rated_power_kw": 190.0, "rated_speed_rpm": 2000.0, "poles": 8.0, "insulation_class": "H",
            "rated_torque_nm": 950.0, "support": "rigid",
        }  # fmt: skip
        self.assets: tuple[AssetRow, ...] = (
            AssetRow("BS", "works", "area", "Bogie shop", "转向架车间"),
            AssetRow(NAME, "BS", "traction_motor", "Traction motor on test bench", "牵引电机试验台", plate,
                     downtime_cost_per_h=600.0, replace_cost=26000.0),
        )  # fmt: skip
        self.signals: tuple[SignalRow, ...] = _rows()

    def start(self) -> Cell:
        """Return the bench warm from the morning's runs."""
        return Cell()

    def step(self, state: Cell, tick: Tick) -> tuple[Cell, dict[str, Value]]:
        """Advance the run by one tick; a clogged filter throttles the coolant."""
        rng = tick.rng(NAME)
        clogged = tick.severities.get((NAME, "coolant"), 0.0)
        settled = RATED_FLOW_L_MIN * (1 - 0.86 * clogged)
        flow = approach(state.flow_l_min, settled, tick.dt_s, 8.0)
        motor = step_bench(state.motor, tick.dt_s, flow)
        shop = wander(state.shop, tick.dt_s, 900.0, 0.7, float(rng.standard_normal()))
        after = replace(state, motor=motor, flow_l_min=flow, shop=shop)
        return after, _values(after, tick)


def _values(state: Cell, tick: Tick) -> dict[str, Value]:
    rng = tick.rng(f"{NAME} transmitters")
    motor, flow = state.motor, state.flow_l_min
    point = drive(*demand(motor.cycle_s), motor.temps_c[WINDING], motor.temps_c[MAGNET])
    stream_w_k = flow / 60 * COOLANT_KG_L * COOLANT_J_KG_K
    outlet = INLET_C + coolant_heat_w(motor, flow) / max(stream_w_k, 1.0)
    readings = {
        "speed": noisy(rng, point.speed_rpm, 0.5, 0.1),
        "torque": noisy(rng, point.torque_nm, 1.2, 0.1),
        "dc_voltage": noisy(rng, DC_LINK_V - 0.02 * point.electric_w / DC_LINK_V, 0.8, 0.1),
        "current": noisy(rng, point.current_a / math.sqrt(2), 0.6, 0.1),
        "electric_power": noisy(rng, point.electric_w / 1000, 0.15),
        "shaft_power": noisy(rng, point.shaft_w / 1000, 0.15),
        "winding": noisy(rng, motor.temps_c[WINDING], 0.15, 0.1),
        "housing": noisy(rng, motor.temps_c[CORE], 0.1, 0.1),
        "magnet": noisy(rng, motor.temps_c[MAGNET], 0.2, 0.1),
        "coolant_in": noisy(rng, INLET_C, 0.05, 0.1),
        "coolant_out": noisy(rng, outlet, 0.05, 0.1),
        "coolant_jacket": noisy(rng, motor.temps_c[COOLANT], 0.1, 0.1),
        "coolant_flow": max(0.0, noisy(rng, flow, 0.05, 0.01)),
        "shop": noisy(rng, SHOP_C + state.shop, 0.05, 0.1),
    }
    return {f"{NAME}.{name}": value for name, value in readings.items()}


def _rows() -> tuple[SignalRow, ...]:
    def row(name: str, quantity: str, unit: str, title: str, title_zh: str, **limits: float) -> SignalRow:
        plain = SignalRow(f"{NAME}.{name}", NAME, quantity, unit, title, title_zh)
        return replace(plain, **limits)  # type: ignore[arg-type]

    return (
        row("speed", "rotational_speed", "rpm", "Speed", "转速"),
        row("torque", "torque", "Nm", "Shaft torque", "轴转矩"),
        row("dc_voltage", "voltage", "V", "DC link voltage", "直流母线电压"),
        row("current", "current", "A", "Phase current RMS", "相电流"),
        row("electric_power", "power", "kW", "Electric power", "电功率"),
        row("shaft_power", "power", "kW", "Shaft power", "轴功率"),
        row("winding", "temperature", "degC", "Winding temperature", "绕组温度", high=125.0, high_high=155.0,
            hysteresis=3.0),
        row("housing", "temperature", "degC", "Housing temperature", "机壳温度", high=95.0, hysteresis=2.0),
        row("magnet", "temperature", "degC", "Magnet temperature", "磁钢温度", high=120.0, high_high=140.0,
            hysteresis=2.0),
        row("coolant_in", "temperature", "degC", "Coolant inlet temperature", "冷却液进口温度"),
        row("coolant_out", "temperature", "degC", "Coolant outlet temperature", "冷却液出口温度"),
        row("coolant_jacket", "temperature", "degC", "Jacket temperature", "水套温度"),
        row("coolant_flow", "volume_flow", "l/min", "Coolant flow", "冷却液流量", low_low=5.0, low=10.0,
            hysteresis=0.5),
        row("shop", "temperature", "degC", "Shop temperature", "车间温度"),
    )  # fmt: skip
