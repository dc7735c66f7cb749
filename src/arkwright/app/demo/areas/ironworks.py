"""Blast furnace, coke battery and sinter strand: a Sparkplug edge node with three of its devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from arkwright.app.demo.areas.rows import AssetRow, SignalRow, Tick, Value, noisy
from arkwright.app.demo.physics.coke import (
    N_OVENS,
    Battery,
    firing_for,
    gas_nm3_h,
    start_battery,
    step_battery,
)
from arkwright.app.demo.physics.drift import wander
from arkwright.app.demo.physics.furnace import (
    N_STAVES,
    NM3_PER_KMOL,
    STAVE_WATER_IN_C,
    Blast,
    Furnace,
    blast_pressure_bar,
    heat,
    silicon_percent,
    stave_water_out_c,
    step_furnace,
    streams,
)
from arkwright.app.demo.physics.sinter import (
    N_WINDBOXES,
    Strand,
    burn_through_m,
    mass_split,
    mix_t_h,
    step_strand,
    suction_mbar,
    waste_gas_nm3_h,
    windbox_c,
)

FURNACE, BATTERY, STRAND = "BF-1", "CO-1", "SN-1"
FLUE_GOAL_C = 1290.0
TOP_BAR = 2.30
SHOWN_OVENS = (1, 7, 13, 19)
SHOWN_WINDBOXES = range(9, N_WINDBOXES + 1)


@dataclass(frozen=True)
class Iron:
    """State of the iron works; ``wind`` holds the drifts of blast volume and temperature [1]."""

    furnace: Furnace = field(default_factory=Furnace)
    battery: Battery = field(default_factory=start_battery)
    strand: Strand = field(default_factory=Strand)
    wind: tuple[float, float] = (0.0, 0.0)


class Ironworks:
    """The iron works."""

    period_s = 1.0

    def __init__(self) -> None:
        self.assets: tuple[AssetRow, ...] = (
            AssetRow("IW", "works", "area", "Iron works", "炼铁厂"),
            AssetRow(FURNACE, "IW", "blast_furnace", "Blast furnace 1", "1号高炉",
                     {"inner_volume_m3": 1650.0, "rated_t_d": 3800.0}, {}, 21000.0, 950000.0),
            AssetRow(BATTERY, "IW", "coke_battery", "Coke battery 1", "1号焦炉",
                     {"n_ovens": float(N_OVENS), "coking_time_h": 18.5}, {}, 6500.0, 120000.0),
            AssetRow(STRAND, "IW", "sinter_strand", "Sinter strand 1", "1号烧结机",
                     {"grate_m2": 153.6}, {}, 4800.0, 45000.0),
        )  # fmt: skip
        self.signals: tuple[SignalRow, ...] = (*_furnace_rows(), *_battery_rows(), *_strand_rows())

    def start(self) -> Iron:
        """Return all three hot and in balance."""
        return Iron()

    def step(self, state: Iron, tick: Tick) -> tuple[Iron, dict[str, Value]]:
        """Advance furnace, battery and strand by one tick."""
        rng = tick.rng("IW")
        draws = [float(x) for x in rng.standard_normal(3 + N_STAVES + 4)]
        wind = (
            wander(state.wind[0], tick.dt_s, 400.0, 1.0, draws[-1]),
            wander(state.wind[1], tick.dt_s, 700.0, 1.0, draws[-2]),
        )
        skull = tick.severities.get((FURNACE, "stave 5"), 0.0)
        lost = tuple(skull * _near(k, 4) for k in range(N_STAVES))
        furnace = step_furnace(state.furnace, blast_of(wind), tick.dt_s, lost, tuple(draws[: 3 + N_STAVES]))
        firing = firing_for(state.battery, FLUE_GOAL_C)
        battery = step_battery(state.battery, tick.dt_s, firing, _flue_offsets(tick))
        leak = tick.severities.get((STRAND, "seals"), 0.0)
        strand = step_strand(state.strand, tick.dt_s, leak, (draws[-3], draws[-4]))
        after = Iron(furnace, battery, strand, wind)
        values = (
            _furnace_values(after, tick) | _battery_values(after, firing, tick) | _strand_values(after, tick)
        )
        return after, values


def blast_of(wind: tuple[float, float]) -> Blast:
    """Return the blast at its present drifts of volume and temperature [1]."""
    return Blast(volume_nm3_h=182000.0 + 900.0 * wind[0], temp_c=1160.0 + 3.0 * wind[1])


def _near(stave: int, centre: int) -> float:
    """Let the bare patch reach a little into the staves beside it."""
    apart = min((stave - centre) % N_STAVES, (centre - stave) % N_STAVES)
    return {0: 1.0, 1: 0.15}.get(apart, 0.0)


def _flue_offsets(tick: Tick) -> np.ndarray:
    offsets = 6.0 * np.cos(2 * np.pi * np.arange(N_OVENS) / N_OVENS)
    offsets[6] -= 190.0 * tick.severities.get((BATTERY, "oven 7"), 0.0)
    return offsets


def _furnace_values(state: Iron, tick: Tick) -> dict[str, Value]:
    rng = tick.rng(FURNACE)
    furnace, blast = state.furnace, blast_of(state.wind)
    flow = streams(furnace, blast)
    balance = heat(furnace, blast, flow)
    dry = flow.top_gas_nm3_h / NM3_PER_KMOL
    readings = {
        "blast.volume": noisy(rng, blast.volume_nm3_h, 250.0, 10.0),
        "blast.temperature": noisy(rng, blast.temp_c, 0.8, 0.1),
        "blast.pressure": noisy(
            rng, blast_pressure_bar(furnace, blast, TOP_BAR) * 1.0197 - 1.033, 0.008, 0.001
        ),
        "blast.oxygen": noisy(rng, blast.enrichment, 0.01, 0.01),
        "coal.rate": noisy(rng, furnace.coal_kg_t * flow.metal_t_h / 1000, 0.06, 0.01),
        "metal.rate": noisy(rng, flow.metal_t_h, 0.5, 0.1),
        "metal.temperature": noisy(rng, furnace.metal_c, 1.5, 0.1),
        "metal.silicon": max(0.0, noisy(rng, silicon_percent(furnace), 0.008, 0.001)),
        "top.temperature": noisy(rng, balance.top_c, 1.8, 0.1),
        "top.pressure": noisy(rng, TOP_BAR * 1.0197 - 1.033, 0.004, 0.001),
        "top.volume": noisy(rng, flow.top_gas_nm3_h, 500.0, 10.0),
        "top.co": noisy(rng, 100 * flow.co / dry, 0.05, 0.01),
        "top.co2": noisy(rng, 100 * flow.co2 / dry, 0.05, 0.01),
        "top.h2": noisy(rng, 100 * flow.h2 / dry, 0.03, 0.01),
        "stave.water_in": noisy(rng, STAVE_WATER_IN_C, 0.03, 0.1),
    }
    for k, flux in enumerate(furnace.staves_kw_m2, start=1):
        readings[f"stave{k}.flux"] = max(0.0, noisy(rng, flux, 0.3, 0.1))
        readings[f"stave{k}.water_out"] = noisy(rng, stave_water_out_c(flux), 0.05, 0.1)
    return {f"{FURNACE}.{name}": value for name, value in readings.items()}


def _battery_values(state: Iron, firing_w: float, tick: Tick) -> dict[str, Value]:
    rng = tick.rng(BATTERY)
    battery, offsets = state.battery, _flue_offsets(tick)
    gas = gas_nm3_h(battery)
    readings = {
        "firing": noisy(rng, firing_w / 1e6, 0.03, 0.01),
        "gas.volume": noisy(rng, gas, 25.0, 1.0),
        "main.pressure": noisy(rng, 10.5 + (gas - 8650) / 400, 0.35, 0.1),
        "push.temperature": noisy(rng, battery.last_push_c, 1.0, 1.0),
        "flue.temperature": noisy(rng, battery.flue_c, 0.8, 0.1),
    }
    for oven in SHOWN_OVENS:
        readings[f"oven{oven}.flue"] = noisy(rng, battery.flue_c + float(offsets[oven - 1]), 1.2, 0.1)
        readings[f"oven{oven}.cake"] = noisy(rng, float(battery.cake_c[oven - 1]), 1.5, 0.1)
    return {f"{BATTERY}.{name}": value for name, value in readings.items()}


def _strand_values(state: Iron, tick: Tick) -> dict[str, Value]:
    rng = tick.rng(STRAND)
    strand = state.strand
    suction = suction_mbar(strand)
    boxes = windbox_c(strand, suction)
    product, fines, _ = mass_split(strand)
    oxygen = 12.5 + 8.4 * (0.9 * strand.false_air / (1 + 0.9 * strand.false_air))
    readings = {
        "speed": noisy(rng, strand.speed_m_min, 0.004, 0.001),
        "bed": noisy(rng, strand.bed_mm, 1.5, 1.0),
        "suction": -noisy(rng, suction, 0.4, 0.1) * 10.197,
        "burn_through": noisy(rng, burn_through_m(strand, suction), 0.12, 0.01),
        "mix": noisy(rng, mix_t_h(strand), 1.0, 0.1),
        "product": noisy(rng, product, 0.8, 0.1),
        "fines": noisy(rng, fines, 0.4, 0.1),
        "gas.volume": noisy(rng, waste_gas_nm3_h(strand) / 1000, 1.0, 0.1),
        "gas.temperature": noisy(rng, float(boxes.mean()), 0.6, 0.1),
        "gas.oxygen": noisy(rng, oxygen, 0.04, 0.01),
    }
    for box in SHOWN_WINDBOXES:
        readings[f"box{box}.temperature"] = noisy(rng, float(boxes[box - 1]), 1.5, 0.1)
    return {f"{STRAND}.{name}": value for name, value in readings.items()}


def _row(asset: str, name: str, what: tuple[str, str], titles: tuple[str, str], **limits: float) -> SignalRow:
    return SignalRow(f"{asset}.{name}", asset, *what, *titles, **limits)  # type: ignore[arg-type]


TEMP, FLUX, GAS = ("temperature", "degC"), ("heat_flux", "kW/m2"), ("normal_volume_flow", "Nm3/h")
SHARE, RATE, PRESSURE = ("ratio", "%"), ("mass_flow", "t/h"), ("pressure", "kp/cm2")


def _furnace_rows() -> list[SignalRow]:
    table: Mapping[str, tuple[tuple[str, str], tuple[str, str], dict[str, float]]] = {
        "blast.volume": (GAS, ("Hot-blast volume", "热风流量"), {"low": 165000.0, "hysteresis": 1000.0}),
        "blast.temperature": (TEMP, ("Hot-blast temperature", "热风温度"), {"low": 1100.0}),
        "blast.pressure": (PRESSURE, ("Hot-blast pressure, gauge", "热风压力"), {"high": 3.6}),
        "blast.oxygen": (SHARE, ("Oxygen enrichment", "富氧率"), {}),
        "coal.rate": (RATE, ("Coal injection", "喷煤量"), {}),
        "metal.rate": (RATE, ("Hot-metal production", "铁水产量"), {}),
        "metal.temperature": (
            TEMP, ("Hot-metal temperature", "铁水温度"), {"low": 1460.0, "high": 1545.0, "hysteresis": 5.0}),
        "metal.silicon": (SHARE, ("Silicon in hot metal", "铁水含硅"), {"high": 0.95, "hysteresis": 0.05}),
        "top.temperature": (TEMP, ("Top-gas temperature", "炉顶煤气温度"), {"high": 300.0}),
        "top.pressure": (PRESSURE, ("Top pressure, gauge", "炉顶压力"), {}),
        "top.volume": (GAS, ("Top-gas volume, dry", "炉顶煤气流量"), {}),
        "top.co": (SHARE, ("CO in top gas", "煤气 CO"), {}),
        "top.co2": (SHARE, ("CO2 in top gas", "煤气 CO2"), {}),
        "top.h2": (SHARE, ("H2 in top gas", "煤气 H2"), {"high": 5.0, "hysteresis": 0.2}),
        "stave.water_in": (TEMP, ("Stave water inlet", "冷却壁进水温度"), {}),
    }  # fmt: skip
    rows = [_row(FURNACE, name, what, titles, **limits) for name, (what, titles, limits) in table.items()]
    for k in range(1, N_STAVES + 1):
        flux = (f"Stave {k} heat flux", f"{k} 号冷却壁热流")
        rows.append(_row(FURNACE, f"stave{k}.flux", FLUX, flux, high=40.0, high_high=70.0, hysteresis=2.0))
        rows.append(
            _row(FURNACE, f"stave{k}.water_out", TEMP, (f"Stave {k} water outlet", f"{k} 号冷却壁出水温度"))
        )
    return rows


def _battery_rows() -> list[SignalRow]:
    rows = [
        _row(BATTERY, "firing", ("power", "MW"), ("Heating power", "加热功率")),
        _row(BATTERY, "gas.volume", GAS, ("Coke-oven gas", "焦炉煤气流量")),
        _row(BATTERY, "main.pressure", ("pressure", "mmH2O"), ("Gas-collecting main pressure", "集气管压力"),
             low=4.0, high=18.0, hysteresis=0.5),
        _row(BATTERY, "push.temperature", TEMP, ("Coke temperature at push", "推焦焦饼温度"), low=950.0),
        _row(BATTERY, "flue.temperature", TEMP, ("Mean flue temperature", "平均火道温度"), high=1350.0),
    ]  # fmt: skip
    for oven in SHOWN_OVENS:
        rows.append(_row(BATTERY, f"oven{oven}.flue", TEMP, (f"Oven {oven} flue", f"{oven} 号炉火道温度"),
                         low=1200.0, hysteresis=5.0))  # fmt: skip
        rows.append(_row(BATTERY, f"oven{oven}.cake", TEMP, (f"Oven {oven} cake", f"{oven} 号炉焦饼温度")))
    return rows


def _strand_rows() -> list[SignalRow]:
    rows = [
        _row(STRAND, "speed", ("speed", "m/min"), ("Strand speed", "台车速度")),
        _row(STRAND, "bed", ("length", "mm"), ("Bed height", "料层厚度")),
        _row(
            STRAND,
            "suction",
            ("pressure", "mmH2O"),
            ("Windbox suction", "风箱负压"),
            high=-1050.0,
            hysteresis=20.0,
        ),
        _row(
            STRAND,
            "burn_through",
            ("length", "m"),
            ("Burn-through point", "烧结终点位置"),
            high=48.0,
            hysteresis=0.4,
        ),
        _row(STRAND, "mix", RATE, ("Raw mix", "混合料量")),
        _row(STRAND, "product", RATE, ("Sinter", "烧结矿产量")),
        _row(STRAND, "fines", RATE, ("Return fines", "返矿量")),
        _row(STRAND, "gas.volume", ("normal_volume_flow", "kNm3/h"), ("Waste gas", "烟气流量")),
        _row(
            STRAND, "gas.temperature", TEMP, ("Waste-gas temperature", "烟气温度"), low=90.0, hysteresis=3.0
        ),
        _row(STRAND, "gas.oxygen", SHARE, ("Oxygen in waste gas", "烟气含氧"), high=15.5, hysteresis=0.3),
    ]
    return rows + [
        _row(STRAND, f"box{box}.temperature", TEMP, (f"Windbox {box}", f"{box} 号风箱温度"))
        for box in SHOWN_WINDBOXES
    ]
