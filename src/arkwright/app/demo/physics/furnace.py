"""A blast furnace: element streams, heat of hearth and shaft, cooling staves.

Oxygen, carbon, nitrogen, hydrogen and iron are balanced stream by stream [kmol/h]; heat is balanced in
enthalpies against elements at 25 degC [MJ/h]. The hearth stores heat; the shaft does not.
"""

import math
from dataclasses import dataclass, replace

from arkwright.app.demo.physics.drift import approach, wander

NM3_PER_KMOL = 22.414
CARBON, IRON, SILICON, WATER = 12.011, 55.845, 28.086, 18.015
"""Molar masses, IUPAC 2021. [kg/kmol]"""

HEAT_CO, HEAT_CO2, HEAT_STEAM = 110.5, 283.0, 241.8
"""C to CO, CO to CO2, H2 to steam at 25 degC, NIST-JANAF. [MJ/kmol]"""
HEAT_HEMATITE, HEAT_WUSTITE, HEAT_SILICA = 412.1, 265.7, 910.7
"""Formation of Fe2O3 per Fe, FeO (wustite) per Fe, SiO2 per Si, NIST-JANAF. [MJ/kmol]"""
COAL_BREAKUP_MJ_KG = 1.3
"""Heat to break up and warm injected coal (Geerdes, "Modern Blast Furnace Ironmaking", 3rd ed., ch. 6)."""
GAS_MJ_NM3_K = 1.41e-3
BLAST_MJ_NM3_K = 1.42e-3
"""Mean heat of gas to 950 degC and of air to 1150 degC (VDI Heat Atlas D2.2). [MJ/(Nm3 K)]"""
RESERVE_C = 950.0
"""Gas and burden meet at this temperature in the thermal reserve zone (Geerdes, ch. 7). [degC]"""
COKE_CARBON, COAL_CARBON, COAL_HYDROGEN = 0.875, 0.79, 0.042
HOT_METAL_FE, HOT_METAL_C = 0.945, 0.045
SLAG_T_T = 0.30
BURDEN_WATER_KG_T = 95.0
HEARTH_MJ_K = 900.0
"""Metal, slag and coke of the hearth: about 900 t at 1.0 MJ/(t K). [MJ/K]"""
SHAFT_LOSS_MJ_T = 210.0
"""Loss of the upper shaft and burden fines per tonne of hot metal. [MJ/t]"""
HEARTH_OTHER_MJ_T = 180.0
"""Heat to the hearth bottom, the tuyere coolers and the minor elements. [MJ/t]"""

N_STAVES = 8
STAVE_M2 = 26.0
STAVE_WATER_KG_S = 42.0
WATER_KJ_KG_K = 4.18
STAVE_WATER_IN_C = 34.0
SKULL_KW_M2 = 22.0
"""Heat flux into a stave behind a sound skull. [kW/m2]"""


@dataclass(frozen=True, slots=True)
class Blast:
    """What the tuyeres get: dry blast [Nm3/h], temperature [degC], oxygen added [%], moisture [g/Nm3]."""

    volume_nm3_h: float = 182000.0
    temp_c: float = 1160.0
    enrichment: float = 2.8
    moisture_g_nm3: float = 11.0


@dataclass(frozen=True, slots=True)
class Furnace:
    """State: hot-metal temperature [degC], coal rate [kg/t], drifts and skull loss [1] by stave."""

    metal_c: float = 1502.0
    coal_kg_t: float = 150.0
    coke_kg_t: float = 372.0
    coke_quality: float = 0.0
    permeability: float = 0.0
    silicon_drift: float = 0.0
    staves_kw_m2: tuple[float, ...] = (SKULL_KW_M2,) * N_STAVES


@dataclass(frozen=True, slots=True)
class Streams:
    """Element streams: production [t/h]; the rest [kmol/h]. ``burnt`` is carbon burnt before the tuyeres."""

    metal_t_h: float
    oxygen: float
    nitrogen: float
    steam_in: float
    coal_hydrogen: float
    burnt: float
    direct: float
    silica: float
    iron: float
    co: float
    co2: float
    h2: float
    steam_out: float

    @property
    def top_gas_nm3_h(self) -> float:
        """Dry top gas. [Nm3/h]"""
        return (self.co + self.co2 + self.h2 + self.nitrogen) * NM3_PER_KMOL


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat balance of one step [MJ/h], and the top-gas temperature [degC] that closes it."""

    supply: float
    demand: float
    stave_loss: float
    stored: float
    top_gas: float
    top_c: float


def silicon_percent(state: Furnace) -> float:
    """Silicon of the hot metal: rises with hearth heat. [%]

    References
    ----------
    .. [1] Geerdes et al., "Modern Blast Furnace Ironmaking", 3rd ed., ch. 8 (about 0.01 % a kelvin).
    """
    return max(0.15, 0.47 + 0.009 * (state.metal_c - 1500) + state.silicon_drift)


def streams(state: Furnace, blast: Blast) -> Streams:
    """Balance the elements.

    Parameters
    ----------
    state
        State of the furnace.
    blast
        What the tuyeres are given.

    Returns
    -------
    streams
        Production follows from carbon: what is charged, less what iron, silicon and direct reduction take,
        burns.
    """
    air = blast.volume_nm3_h / NM3_PER_KMOL
    oxygen_share = 0.21 + blast.enrichment / 100
    steam_in = blast.volume_nm3_h * blast.moisture_g_nm3 / 1000 / WATER
    burnt = 2 * air * oxygen_share + steam_in
    iron_t = 1000 * HOT_METAL_FE / IRON
    silica_t = 10 * silicon_percent(state) / SILICON
    direct_t = direct_share(state) * iron_t
    carbon_t = (state.coke_kg_t * COKE_CARBON + state.coal_kg_t * COAL_CARBON - 1000 * HOT_METAL_C) / CARBON
    metal_t_h = burnt / (carbon_t - direct_t - 2 * silica_t)
    coal_hydrogen = metal_t_h * state.coal_kg_t * COAL_HYDROGEN / 2.016
    steam_out = 0.42 * (steam_in + coal_hydrogen)
    co2 = metal_t_h * (1.5 * iron_t - direct_t) - steam_out
    return Streams(
        metal_t_h=metal_t_h,
        oxygen=air * oxygen_share,
        nitrogen=air * (1 - oxygen_share),
        steam_in=steam_in,
        coal_hydrogen=coal_hydrogen,
        burnt=burnt,
        direct=metal_t_h * direct_t,
        silica=metal_t_h * silica_t,
        iron=metal_t_h * iron_t,
        co=burnt + metal_t_h * (direct_t + 2 * silica_t) - co2,
        co2=co2,
        h2=steam_in + coal_hydrogen - steam_out,
        steam_out=steam_out,
    )


def direct_share(state: Furnace) -> float:
    """Share of iron whose last oxygen carbon takes: poor gas contact raises it. [1]"""
    return 0.46 + 0.02 * state.permeability - 0.02 * state.coke_quality


def heat(state: Furnace, blast: Blast, flow: Streams) -> Heat:
    """Balance the heat.

    Parameters
    ----------
    state
        State of the furnace.
    blast
        What the tuyeres are given.
    flow
        Its element streams.

    Returns
    -------
    heat
        ``supply = demand + stave_loss + stored + top_gas`` holds exactly; the lower zone sets what is stored.
    """
    carbon_gas = flow.co + flow.co2
    supply = (
        HEAT_CO * carbon_gas
        + HEAT_CO2 * flow.co2
        + HEAT_STEAM * (flow.steam_out - flow.steam_in)
        + blast.volume_nm3_h * BLAST_MJ_NM3_K * (blast.temp_c - 25)
    )
    demand = (
        HEAT_HEMATITE * flow.iron
        + HEAT_SILICA * flow.silica
        + flow.metal_t_h * (_melt_mj_t(state) + BURDEN_WATER_KG_T * 2.6 + SHAFT_LOSS_MJ_T + HEARTH_OTHER_MJ_T)
        + flow.metal_t_h * state.coal_kg_t * COAL_BREAKUP_MJ_KG
    )
    stave_loss = stave_loss_mj_h(state)
    stored = _hearth_surplus(state, blast, flow) - stave_loss
    top_gas = supply - demand - stave_loss - stored
    volume = flow.top_gas_nm3_h + flow.steam_out * NM3_PER_KMOL
    return Heat(supply, demand, stave_loss, stored, top_gas, 25 + top_gas / (volume * GAS_MJ_NM3_K))


def step_furnace(
    state: Furnace, blast: Blast, dt_s: float, skull_loss: tuple[float, ...], normals: tuple[float, ...]
) -> Furnace:
    """Advance the furnace.

    Parameters
    ----------
    state
        State before the step.
    blast
        What the tuyeres are given.
    dt_s
        Length of the step. [s]
    skull_loss
        Share of the skull lost before each stave, 0 to 1. [1]
    normals
        Draws from the standard normal distribution, three and one a stave. [1]

    Returns
    -------
    state
        State after the step; the keeper trims coal to hold 1500 degC.
    """
    flow = streams(state, blast)
    balance = heat(state, blast, flow)
    metal_c = state.metal_c + balance.stored * dt_s / 3600 / HEARTH_MJ_K
    wanted = 150.0 + 0.9 * (1500.0 - metal_c)
    staves = tuple(
        _stave(flux, loss, dt_s, normal)
        for flux, loss, normal in zip(state.staves_kw_m2, skull_loss, normals[3:], strict=True)
    )
    return replace(
        state,
        metal_c=metal_c,
        coal_kg_t=approach(state.coal_kg_t, min(190.0, max(90.0, wanted)), dt_s, 1800.0),
        coke_quality=wander(state.coke_quality, dt_s, 7200.0, 0.5, normals[0]),
        permeability=wander(state.permeability, dt_s, 1200.0, 0.25, normals[1]),
        silicon_drift=wander(state.silicon_drift, dt_s, 2400.0, 0.03, normals[2]),
        staves_kw_m2=staves,
    )


def stave_loss_mj_h(state: Furnace) -> float:
    """Heat the staves carry away. [MJ/h]"""
    return sum(state.staves_kw_m2) * STAVE_M2 * 3.6


def stave_water_out_c(flux_kw_m2: float) -> float:
    """Temperature of the water that leaves a stave at a heat flux [kW/m2]. [degC]"""
    return STAVE_WATER_IN_C + flux_kw_m2 * STAVE_M2 / (STAVE_WATER_KG_S * WATER_KJ_KG_K)


def blast_pressure_bar(state: Furnace, blast: Blast, top_bar: float) -> float:
    """Blast pressure over the burden's resistance.

    Parameters
    ----------
    state
        State of the furnace.
    blast
        What the tuyeres are given.
    top_bar
        Top pressure, absolute. [bar]

    Returns
    -------
    pressure_bar
        From ``pb**2 - pt**2 = k V**1.7``, absolute. [bar]

    References
    ----------
    .. [1] Geerdes et al., "Modern Blast Furnace Ironmaking", 3rd ed., ch. 7 (burden resistance index).
    """
    resistance = 9.4 * (1 + 0.12 * state.permeability)
    return math.sqrt(top_bar**2 + resistance * (blast.volume_nm3_h / 182000.0) ** 1.7)


def _melt_mj_t(state: Furnace) -> float:
    """Heat of a tonne of hot metal and its slag, cold to tapped. [MJ/t]"""
    over = state.metal_c - 1500
    return 1300 + 0.85 * over + SLAG_T_T * (1850 + 1.25 * over)


def _hearth_surplus(state: Furnace, blast: Blast, flow: Streams) -> float:
    """Heat left in the zone below the reserve zone, before stave loss. [MJ/h]"""
    over = state.metal_c - 1500
    gas_nm3 = (
        flow.burnt + flow.direct + 2 * flow.silica + flow.nitrogen + flow.steam_in + flow.coal_hydrogen
    ) * (NM3_PER_KMOL)
    coke_heat = flow.metal_t_h * state.coke_kg_t * 1.5e-3 * (RESERVE_C - 25)
    supply = (
        HEAT_CO * flow.burnt
        + blast.volume_nm3_h * BLAST_MJ_NM3_K * (blast.temp_c - 25)
        - HEAT_STEAM * flow.steam_in
        - flow.metal_t_h * state.coal_kg_t * COAL_BREAKUP_MJ_KG
        + coke_heat * (1 + 0.01 * state.coke_quality)
    )
    melting = 680 + 0.85 * over + SLAG_T_T * (850 + 1.25 * over)
    demand = (
        (HEAT_WUSTITE - HEAT_CO) * flow.direct
        + (HEAT_SILICA - 2 * HEAT_CO) * flow.silica
        + flow.metal_t_h * melting
        + gas_nm3 * GAS_MJ_NM3_K * (RESERVE_C - 25)
        + flow.metal_t_h * HEARTH_OTHER_MJ_T
    )
    return supply - demand


def _stave(flux: float, loss: float, dt_s: float, normal: float) -> float:
    """Heat flux follows the skull within minutes: bare brick passes four times as much."""
    settled = SKULL_KW_M2 * (1 + 3.2 * loss)
    return max(2.0, settled + wander(approach(flux, settled, dt_s, 90.0) - settled, dt_s, 200.0, 1.6, normal))
