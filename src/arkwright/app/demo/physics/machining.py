"""A five-axis machining centre: program, axes, cutting power, tool wear, spindle heat."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from arkwright.app.demo.physics.thermal import Network, step_network

Position = tuple[float, float, float, float, float]
Execution = Literal["READY", "ACTIVE", "PROGRAM_COMPLETED"]

AXES = ("X", "Y", "Z", "A", "C")
RAPID_PER_MIN: Position = (36000.0, 36000.0, 30000.0, 7200.0, 10800.0)
"""Rapid feed of each axis. [mm/min, A and C deg/min]"""
SPINDLE_KW = 22.0
WORN_MM = 0.3
"""End of life: mean flank wear, ISO 8688-2:1989, end milling. [mm]"""
HOME: Position = (0.0, 0.0, 420.0, 0.0, 0.0)
SPINDLE_COOLANT_C = 22.0


@dataclass(frozen=True, slots=True)
class Tool:
    """A milling cutter: diameter [mm], teeth [1], Taylor constant [m/min at 1 min] and exponent [1]."""

    number: int
    name: str
    diameter_mm: float
    n_teeth: int
    taylor_m_min: float
    taylor_exponent: float


@dataclass(frozen=True, slots=True)
class Block:
    """One program step: a rapid (``feed`` 0), a cut, or a wait for the tool changer.

    ``feed_mm_min`` [mm/min], ``spindle_rpm`` [1/min], depth and width of cut [mm], ``wait_s`` [s].
    """

    target: Position
    tool: int
    feed_mm_min: float = 0.0
    spindle_rpm: float = 0.0
    depth_mm: float = 0.0
    width_mm: float = 0.0
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Material:
    """Specific cutting force at 1 mm chip [N/mm2] and its exponent [1]."""

    kc11_n_mm2: float
    exponent: float


STEEL = Material(1780.0, 0.26)
"""42CrMo4, Kienzle: kc1.1 = 1780 N/mm2, mc = 0.26 (Tabellenbuch Metall, cutting data)."""

TOOLS: dict[int, Tool] = {
    1: Tool(1, "face mill D63", 63.0, 6, 350.0, 0.25),
    4: Tool(4, "end mill D16", 16.0, 4, 330.0, 0.25),
    7: Tool(7, "ball mill D10", 10.0, 4, 420.0, 0.28),
    9: Tool(9, "drill D14.5", 14.5, 2, 190.0, 0.22),
}


@dataclass(frozen=True, slots=True)
class Machine:
    """State of the machining centre.

    ``wear_mm`` is the flank wear of each tool by number [mm]; ``temps_c`` are spindle nose and head [degC].
    """

    block: int = 0
    block_s: float = 0.0
    position: Position = HOME
    tool: int = 1
    spindle_rpm: float = 0.0
    parts: int = 0
    execution: Execution = "READY"
    wear_mm: tuple[tuple[int, float], ...] = ((1, 0.05), (4, 0.06), (7, 0.03), (9, 0.08))
    temps_c: tuple[float, float] = (31.0, 26.0)
    feed_mm_min: float = 0.0
    cutting_kw: float = 0.0
    axis_speed: Position = (0.0, 0.0, 0.0, 0.0, 0.0)


def axle_box_program() -> tuple[Block, ...]:
    """Return the program of one axle-box housing: face, pocket, five-axis radius, holes, about 100 s."""
    blocks: list[Block] = []
    blocks += _swap(1) + _raster(1, 60.0, 3, feed=1500.0, rpm=900.0, depth=2.0, width=48.0)
    blocks += _swap(4) + _raster(4, 30.0, 4, feed=1150.0, rpm=2400.0, depth=9.0, width=9.0)
    blocks += _swap(7) + _tilted_arc(7, feed=1800.0, rpm=6200.0)
    blocks += _swap(9) + _holes(9, feed=330.0, rpm=1650.0)
    return (*blocks, Block(HOME, 9), Block(HOME, 9, wait_s=8.0))


def wear_of(state: Machine, tool: int) -> float:
    """Flank wear of a tool [mm]."""
    return dict(state.wear_mm).get(tool, 0.0)


def cutting_power(block: Block, tool: Tool, wear_mm: float, material: Material = STEEL) -> float:
    """Power at the cutting edge.

    Parameters
    ----------
    block
        The cut.
    tool
        The cutter.
    wear_mm
        Flank wear; each tenth of a millimetre adds about a quarter to the force. [mm]
    material
        Specific cutting force of the workpiece.

    Returns
    -------
    power_kw
        Material removal rate times specific force. [kW]

    References
    ----------
    .. [1] Kienzle, "Die Bestimmung von Kräften und Leistungen an spanenden Werkzeugen", VDI-Z 94 (1952)
       299-305.
    .. [2] Altintas, "Manufacturing Automation", 2nd ed., ch. 2.
    """
    if block.feed_mm_min <= 0 or block.spindle_rpm <= 0 or block.depth_mm <= 0:
        return 0.0
    chip_mm = block.feed_mm_min / block.spindle_rpm / tool.n_teeth
    force_n_mm2 = material.kc11_n_mm2 * max(chip_mm, 0.01) ** -material.exponent
    removal_mm3_min = block.depth_mm * block.width_mm * block.feed_mm_min
    return float(removal_mm3_min * force_n_mm2 * (1 + 2.4 * wear_mm) / 6e7)


def tool_life_min(tool: Tool, spindle_rpm: float) -> float:
    """Minutes in the cut until a tool is worn.

    Parameters
    ----------
    tool
        The cutter.
    spindle_rpm
        Spindle speed, above zero. [1/min]

    Returns
    -------
    life_min
        Life by Taylor's law. [min]

    References
    ----------
    .. [1] Taylor, "On the art of cutting metals", Trans. ASME 28 (1907) 31-350.
    """
    speed_m_min = math.pi * tool.diameter_mm * spindle_rpm / 1000
    return float((tool.taylor_m_min / speed_m_min) ** (1 / tool.taylor_exponent))


def step_machine(
    state: Machine, dt_s: float, program: tuple[Block, ...], extra_wear: dict[int, float]
) -> Machine:
    """Advance program, axes, wear and heat.

    Parameters
    ----------
    state
        State before the step.
    dt_s
        Length of the step. [s]
    program
        The part program; it is repeated, one part a run.
    extra_wear
        Wear beyond Taylor's law by tool number, as a chipped edge causes it. [mm]

    Returns
    -------
    state
        State after the step.
    """
    block = program[state.block]
    wear = wear_of(state, block.tool) + extra_wear.get(block.tool, 0.0)
    power_kw = cutting_power(block, TOOLS[block.tool], wear)
    moved = _move(state, block, dt_s)
    moved = replace(moved, tool=block.tool, cutting_kw=power_kw, temps_c=_heat(state, power_kw, dt_s))
    return _advance(_wear(moved, block, power_kw, dt_s), block, len(program))


def spindle_load(state: Machine) -> float:
    """Load of the spindle drive as share of rated power: cutting, bearings and windage. [%]"""
    idle_kw = 0.25 + 1.1 * (state.spindle_rpm / 10000) ** 2 if state.spindle_rpm > 0 else 0.0
    return 100 * (state.cutting_kw / 0.92 + idle_kw) / SPINDLE_KW


def axis_load(state: Machine, axis: int) -> float:
    """Load of an axis drive as share of rated torque: guide friction, speed and cutting force. [%]"""
    speed = abs(state.axis_speed[axis]) / RAPID_PER_MIN[axis]
    cut = 2.2 * state.cutting_kw if state.axis_speed[axis] else 0.6 * state.cutting_kw
    hold = 14.0 if AXES[axis] == "Z" else 2.5
    return hold + 32.0 * speed + cut + (5.0 if state.axis_speed[axis] else 0.0)


def _move(state: Machine, block: Block, dt_s: float) -> Machine:
    deltas = tuple(t - p for t, p in zip(block.target, state.position, strict=True))
    if block.feed_mm_min > 0:
        need_min = math.hypot(*deltas[:3]) / block.feed_mm_min
    else:
        need_min = max(abs(d) / r for d, r in zip(deltas, RAPID_PER_MIN, strict=True))
    share = 1.0 if need_min <= dt_s / 60 else dt_s / 60 / need_min
    position = tuple(p + share * d for p, d in zip(state.position, deltas, strict=True))
    speed = tuple(share * d / (dt_s / 60) for d in deltas)
    return replace(
        state,
        position=_five(position),
        axis_speed=_five(speed),
        feed_mm_min=math.hypot(*speed[:3]),
        spindle_rpm=block.spindle_rpm,
        block_s=state.block_s + dt_s,
    )


def _wear(state: Machine, block: Block, power_kw: float, dt_s: float) -> Machine:
    if power_kw <= 0:
        return state
    grown = WORN_MM * dt_s / 60 / tool_life_min(TOOLS[block.tool], block.spindle_rpm)
    worn = {n: w + (grown if n == block.tool else 0.0) for n, w in state.wear_mm}
    # The setter swaps a tool that reaches its limit for a sharp one.
    return replace(state, wear_mm=tuple((n, 0.02 if w >= WORN_MM else w) for n, w in worn.items()))


def _heat(state: Machine, power_kw: float, dt_s: float) -> tuple[float, float]:
    heat_w = 60 * power_kw + 900 * (state.spindle_rpm / 10000) ** 2
    temps = step_network(spindle_network(), np.array(state.temps_c), np.array([heat_w, 0.0]), dt_s)
    return float(temps[0]), float(temps[1])


def spindle_network() -> Network:
    """Spindle nose and head, cooled by a jacket at 22 degC and the shop at 24 degC."""
    return Network((9000.0, 60000.0), ((0, 1, 18.0),), ((0, 20.0, SPINDLE_COOLANT_C), (1, 12.0, 24.0)))


def _advance(state: Machine, block: Block, n_blocks: int) -> Machine:
    arrived = all(abs(t - p) < 1e-9 for t, p in zip(block.target, state.position, strict=True))
    if not arrived or state.block_s + 1e-9 < block.wait_s:
        return replace(state, execution="READY" if block.wait_s > 5 else "ACTIVE")
    last = state.block == n_blocks - 1
    before_last = state.block == n_blocks - 2
    return replace(
        state,
        block=0 if last else state.block + 1,
        block_s=0.0,
        parts=state.parts + (1 if before_last else 0),
        execution="PROGRAM_COMPLETED" if before_last else "ACTIVE",
    )


def _five(values: tuple[float, ...]) -> Position:
    x, y, z, a, c = values
    return (x, y, z, a, c)


def _swap(tool: int) -> list[Block]:
    return [Block(HOME, tool), Block(HOME, tool, wait_s=3.0)]


def _raster(
    tool: int, z_mm: float, n_rows: int, *, feed: float, rpm: float, depth: float, width: float
) -> list[Block]:
    rows: list[Block] = []
    for k in range(n_rows):
        y = -90.0 + k * 60.0
        left, right = (-160.0, 160.0) if k % 2 == 0 else (160.0, -160.0)
        rows.append(Block((left, y, z_mm, 0.0, 0.0), tool, 0.0, rpm))
        rows.append(Block((right, y, z_mm, 0.0, 0.0), tool, feed, rpm, depth, width))
    return rows


def _tilted_arc(tool: int, *, feed: float, rpm: float) -> list[Block]:
    arc: list[Block] = [Block((140.0, 0.0, 80.0, 15.0, 0.0), tool, 0.0, rpm)]
    for k in range(1, 13):
        angle = 2 * math.pi * k / 12
        at = (140.0 * math.cos(angle), 140.0 * math.sin(angle), 80.0, 15.0 + 10 * math.sin(angle), 30.0 * k)
        arc.append(Block(at, tool, feed, rpm, 1.2, 3.0))
    return arc


def _holes(tool: int, *, feed: float, rpm: float) -> list[Block]:
    holes: list[Block] = []
    for x, y in ((-120.0, -70.0), (120.0, -70.0), (120.0, 70.0), (-120.0, 70.0)):
        holes.append(Block((x, y, 85.0, 0.0, 360.0), tool, 0.0, rpm))
        holes.append(Block((x, y, 58.0, 0.0, 360.0), tool, feed, rpm, 14.5, 11.4))
    return holes
