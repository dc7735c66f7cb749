"""The five-axis machining centre, read over MTConnect."""

from dataclasses import dataclass, replace

from arkwright.app.demo.areas.rows import AssetRow, SignalRow, Tick, Value, noisy
from arkwright.app.demo.physics.machining import (
    AXES,
    SPINDLE_COOLANT_C,
    SPINDLE_KW,
    Machine,
    axis_load,
    axle_box_program,
    spindle_load,
    step_machine,
)

NAME = "MC-501"
PROGRAM = "O5120 AXLE-BOX-R2"
CHIPPED_MM = 0.55
"""Wear that a chipped edge adds when it has fully broken away. [mm]"""


@dataclass(frozen=True, slots=True)
class Item:
    """A data item of the agent: its id, component, MTConnect category, type, sub-type and units."""

    id: str
    component: str
    category: str
    type: str
    sub_type: str = ""
    units: str = ""
    native_units: str = ""


@dataclass(frozen=True, slots=True)
class _Column:
    item: Item
    row: SignalRow


class MachiningCell:
    """The machining centre of the bogie shop."""

    period_s = 0.5

    def __init__(self) -> None:
        plate: dict[str, float | str] = {
            "rated_power_kw": SPINDLE_KW, "rated_speed_rpm": 12000.0, "n_axes": 5.0, "control": "840D",
        }  # fmt: skip
        self.assets: tuple[AssetRow, ...] = (
            AssetRow(NAME, "BS", "machining_centre", "Five-axis machining centre", "五轴加工中心", plate,
                     downtime_cost_per_h=380.0, replace_cost=31000.0),
        )  # fmt: skip
        columns = _columns()
        self.items: tuple[Item, ...] = tuple(column.item for column in columns)
        self.signals: tuple[SignalRow, ...] = tuple(column.row for column in columns)

    def start(self) -> Machine:
        """Return the machine at home with a program loaded."""
        return Machine()

    def step(self, state: Machine, tick: Tick) -> tuple[Machine, dict[str, Value]]:
        """Advance by one tick; a chipped cutter adds wear."""
        chipped = {4: CHIPPED_MM * tick.severities.get((NAME, "T4"), 0.0)}
        after = step_machine(state, tick.dt_s, axle_box_program(), chipped)
        return after, _values(after, tick)


def _values(state: Machine, tick: Tick) -> dict[str, Value]:
    rng = tick.rng(NAME)
    values: dict[str, Value] = {}
    for k, axis in enumerate(AXES):
        values[f"{NAME}.{axis}.position"] = round(state.position[k], 4)
        values[f"{NAME}.{axis}.load"] = noisy(rng, axis_load(state, k), 0.8, 0.1)
    turning = state.spindle_rpm > 0
    values |= {
        f"{NAME}.spindle.speed": noisy(rng, state.spindle_rpm, 1.5, 1.0) if turning else 0.0,
        f"{NAME}.spindle.load": max(0.0, noisy(rng, spindle_load(state), 0.5, 0.1)) if turning else 0.0,
        f"{NAME}.spindle.temperature": noisy(rng, state.temps_c[0], 0.05, 0.1),
        f"{NAME}.head.temperature": noisy(rng, state.temps_c[1], 0.05, 0.1),
        f"{NAME}.spindle.coolant": noisy(rng, SPINDLE_COOLANT_C, 0.05, 0.1),
        f"{NAME}.feed": round(state.feed_mm_min, 1),
        f"{NAME}.tool": f"T{state.tool}",
        f"{NAME}.program": PROGRAM,
        f"{NAME}.execution": state.execution,
        f"{NAME}.mode": "AUTOMATIC",
        f"{NAME}.block": f"N{10 * (state.block + 1)}",
        f"{NAME}.parts": float(state.parts),
    }
    return values


def _columns() -> tuple[_Column, ...]:
    columns: list[_Column] = []
    for axis in AXES:
        columns += _axis_columns(axis)
    return (*columns, *_spindle_columns(), *_path_columns())


def _axis_columns(axis: str) -> list[_Column]:
    turns = axis in "AC"
    part = f"{axis} axis"
    if turns:
        at = Item(f"{axis}pos", axis, "SAMPLE", "ANGLE", "ACTUAL", "DEGREE", "DEGREE")
    else:
        at = Item(f"{axis}pos", axis, "SAMPLE", "POSITION", "ACTUAL", "MILLIMETER", "MILLIMETER")
    load = Item(f"{axis}load", axis, "SAMPLE", "LOAD", "", "PERCENT", "PERCENT")
    quantity, unit = ("angle", "deg") if turns else ("length", "mm")
    return [
        _Column(at, SignalRow(f"{NAME}.{axis}.position", NAME, quantity, unit, f"{part} position",
                              f"{axis} 轴位置", location=axis, max_gap_s=None)),
        _Column(load, SignalRow(f"{NAME}.{axis}.load", NAME, "ratio", "%", f"{part} load", f"{axis} 轴负载",
                                location=axis, high=95.0, hysteresis=5.0)),
    ]  # fmt: skip


def _spindle_columns() -> list[_Column]:
    def sample(
        name: str, item: Item, what: tuple[str, str], titles: tuple[str, str], **limits: float
    ) -> _Column:
        row = SignalRow(f"{NAME}.{name}", NAME, *what, *titles, location="spindle")
        return _Column(item, replace(row, **limits))  # type: ignore[arg-type]

    def degrees(item: str) -> Item:
        return Item(item, "S1", "SAMPLE", "TEMPERATURE", "", "CELSIUS", "CELSIUS")

    turning = Item(
        "S1speed", "S1", "SAMPLE", "ROTARY_VELOCITY", "ACTUAL", "REVOLUTION/MINUTE", "REVOLUTION/MINUTE"
    )
    temp = ("temperature", "degC")
    return [
        sample("spindle.speed", turning, ("rotational_speed", "rpm"), ("Spindle speed", "主轴转速")),
        sample("spindle.load", Item("S1load", "S1", "SAMPLE", "LOAD", "", "PERCENT", "PERCENT"), ("ratio",
        "%"),
               ("Spindle load", "主轴负载"), high=56.0, high_high=90.0, hysteresis=4.0),
        sample("spindle.temperature", degrees("S1temp"), temp, ("Spindle nose temperature", "主轴前端温度"),
               high=60.0, hysteresis=2.0),
        sample("head.temperature", degrees("S1head"), temp, ("Spindle head temperature", "主轴箱温度"),
               high=45.0, hysteresis=2.0),
        sample("spindle.coolant", degrees("S1cool"), temp, ("Spindle coolant temperature", "主轴冷却液温度"),
               high=30.0, hysteresis=1.0),
    ]  # fmt: skip


def _path_columns() -> list[_Column]:
    def event(name: str, item: str, kind: str, title: str, title_zh: str) -> _Column:
        row = SignalRow(f"{NAME}.{name}", NAME, "state", "", title, title_zh, kind="text", max_gap_s=None)
        return _Column(Item(item, "path", "EVENT", kind), row)

    feed = Item(
        "pathfeed", "path", "SAMPLE", "PATH_FEEDRATE", "ACTUAL", "MILLIMETER/SECOND", "MILLIMETER/MINUTE"
    )
    parts = Item("partcount", "path", "EVENT", "PART_COUNT")
    return [
        _Column(
            feed, SignalRow(f"{NAME}.feed", NAME, "speed", "mm/s", "Path feed", "进给速度", max_gap_s=None)
        ),
        _Column(
            parts, SignalRow(f"{NAME}.parts", NAME, "count", "1", "Parts made", "加工件数", max_gap_s=None)
        ),
        event("tool", "toolid", "TOOL_NUMBER", "Tool in the spindle", "当前刀具"),
        event("program", "program", "PROGRAM", "Program", "程序"),
        event("execution", "execution", "EXECUTION", "Execution", "执行状态"),
        event("mode", "mode", "CONTROLLER_MODE", "Controller mode", "控制模式"),
        event("block", "block", "BLOCK", "Block", "程序段"),
    ]
