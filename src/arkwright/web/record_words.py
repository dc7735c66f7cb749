"""What is said around a record, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from arkwright.web.page import Language
from arkwright.web.plots import FAULTS
from arkwright.web.words import pick

Said = tuple[str, str]
ROTOR_FAULTS: Mapping[str, Said] = {
    "unbalance": ("Unbalance", "不平衡"),
    "misalignment": ("Misalignment", "不对中"),
    "looseness": ("Looseness", "松动"),
    "gear_mesh": ("Gear mesh", "齿轮啮合"),
    "blade_pass": ("Blade pass", "叶片通过"),
    "tooth_pass": ("Cutting edges", "刀齿通过"),
}
EVERY_FAULT: Mapping[str, Said] = {**FAULTS, **ROTOR_FAULTS}
TABS: Mapping[str, Said] = {
    "spectra": ("Spectra", "频谱"),
    "kurtogram": ("Kurtogram", "谱峭度图"),
    "cascade": ("Cascade", "瀑布图"),
    "turn": ("One turn", "同步平均"),
}
MOTIONS: Mapping[str, Said] = {
    "acceleration": ("Acceleration", "加速度"),
    "vibration_velocity": ("Velocity", "速度"),
    "displacement": ("Displacement", "位移"),
}
SCALES: Mapping[str, Said] = {"linear": ("Linear", "线性"), "log": ("Log", "对数"), "db": ("dB", "dB")}
CURSOR: Mapping[str, Said] = {
    "title": ("Cursor", "光标"),
    "off": ("Off", "关"),
    "single": ("Single", "单个"),
    "harmonics": ("Harmonics", "谐波"),
    "sidebands": ("Sidebands", "边带"),
    "fewer": ("Fewer", "减少"),
    "more": ("More", "增加"),
    "delta": ("Measure from another place (D)", "与另一处比较 (D)"),
    "measuring": ("Click where to measure from.", "请点击参考位置。"),
    "keys": (
        "Keys: ← → peaks, ↑ ↓ how many, [ ] spacing, D reference, + − zoom",
        "按键：← → 峰值，↑ ↓ 数量，[ ] 间距，D 参考，+ − 缩放",
    ),
    "none": ("No cursor. An arrow key sets one on the highest peak.", "无光标。按方向键置于最高峰。"),
    "orders": ("orders", "阶次"),
    "level": ("level", "幅值"),
    "over": ("dB over floor", "高于噪声底 dB"),
    "here": ("Cursor", "光标"),
}


def cursor_words(language: Language, *, over_time: bool) -> dict[str, str]:
    """Return what a chart says of its cursors; over time sidebands are a comb of equal steps."""
    told = {name: pick(language, *texts) for name, texts in CURSOR.items()}
    if over_time:
        told["sidebands"] = pick(language, "Comb", "等距")
    return told
