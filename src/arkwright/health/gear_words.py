"""Sentences and proofs of what is said of a pair of gears."""

from __future__ import annotations

from arkwright.core.finding import Evidence
from arkwright.health.gear_view import GearView, Rim
from arkwright.health.rise import Rise
from arkwright.health.symptom import Symptom

ZH = {"pinion": "小齿轮", "gear": "大齿轮"}
SURE_TOOTH, SURE_HUNTING, SURE_RISE, SURE_FIRST = 0.85, 0.7, 0.6, 0.5
"""How often such a record is right: a key or a rub can knock once a turn as well, a mesh grows with the load,
a first record has no base to be compared with. Set by judgement, on the low side. [1]"""


def say_tooth(rim: Rim, view: GearView) -> Symptom:
    """Say that one tooth of a gear stands out.

    Parameters
    ----------
    rim
        The gear.
    view
        What the record shows.

    Returns
    -------
    symptom
        With its proof, and what speaks against it.
    """
    teeth = rim.teeth
    text = (
        f"One tooth of the {rim.name} ({rim.n_teeth} teeth, {rim.shaft_hz:.2f} Hz) is {teeth.peak:.0f} times "
        f"as loud as the others: a crack at its root, a break or a chip. Look at the teeth of the {rim.name}."
    )
    text_zh = (
        f"{ZH[rim.name]}（{rim.n_teeth} 齿，{rim.shaft_hz:.2f} Hz）有一个齿的能量"
        f"为其余齿的 {teeth.peak:.0f} 倍：可能齿根裂纹、断齿或崩齿。请检查{ZH[rim.name]}各齿。"
    )
    proof = Evidence(
        f"In the average of {teeth.n_periods} turns tooth {teeth.slot + 1} of {rim.n_teeth} stands out, "
        f"{teeth.peak:.1f} times the usual tooth, and in odd and even turns alone {teeth.halves[0]:.1f} and "
        f"{teeth.halves[1]:.1f} times; noise makes one so loud in {teeth.chance:.1e} of records. FM4 of the "
        f"difference signal is {rim.fm4:.1f}; sound gears have about 3.",
        figures={
            "shaft_hz": rim.shaft_hz,
            "mesh_hz": view.pair.mesh_hz,
            "teeth": float(rim.n_teeth),
            "tooth": float(teeth.slot + 1),
            "peak": teeth.peak,
            "chance": teeth.chance,
            "fm4": rim.fm4,
            "turns": float(teeth.n_periods),
        },
        data={"energy_by_tooth": [float(f"{value:.4g}") for value in teeth.energy]},
    )
    return Symptom("gear_tooth_crack", SURE_TOOTH, text, text_zh, (proof, _doubt(rim, view)), "act")


def _doubt(rim: Rim, view: GearView) -> Evidence:
    other = next(own for own in view.rims if own is not rim)
    text = (
        f"A key, a coupling or a rub on the same shaft knocks once a turn as well. The {other.name}'s "
        f"loudest tooth is {other.teeth.peak:.1f} times its usual one."
    )
    return Evidence(text, figures={"other_peak": other.teeth.peak, "fm4": other.fm4}, against=True)


def say_hunting(view: GearView) -> Symptom | None:
    """Say that one pair of teeth knocks each time it meets, or nothing where the period was not looked at."""
    hunting, pair = view.hunting, view.pair
    if hunting is None:
        return None
    hz = pair.pinion_hz * pair.pinion_teeth / len(hunting.energy)
    text = (
        f"Once in {len(hunting.energy)} meshes, when the same two teeth meet ({hz:.3f} Hz), there is a "
        "knock: a tooth of the pinion and one of the gear are both damaged. Look at both where they meet."
    )
    text_zh = (
        f"每 {len(hunting.energy)} 次啮合（{hz:.3f} Hz，同一对齿相遇）出现一次冲击：两个齿轮各有一个齿受损。"
        "请检查两齿轮的对应齿。"
    )
    proof = Evidence(
        f"In the average of {hunting.n_periods} hunting periods, without what repeats with each turn of "
        f"either gear, one meeting is {hunting.peak:.1f} times as loud as the usual one; noise makes one so "
        f"loud in {hunting.chance:.1e} of records.",
        figures={"hunting_hz": hz, "peak": hunting.peak, "chance": hunting.chance},
    )
    return Symptom("hunting_tooth", SURE_HUNTING, text, text_zh, (proof,))


def say_wear(view: GearView, rise: Rise) -> Symptom:
    """Say that the mesh has grown with all teeth alike.

    Parameters
    ----------
    view
        What the record shows.
    rise
        How the mesh has risen.

    Returns
    -------
    symptom
        With its proof.
    """
    mesh_hz = view.pair.mesh_hz
    text = (
        f"The tooth mesh at {mesh_hz:.0f} Hz has risen by {rise.rise_db:.0f} dB at like speed and all teeth "
        "are alike: the flanks wear, or the load has grown. Look at oil, flanks and backlash."
    )
    text_zh = (
        f"齿轮啮合频率 {mesh_hz:.0f} Hz 在同转速下升高 {rise.rise_db:.0f} dB，各齿均匀："
        "齿面磨损或负载增大。请检查油品、齿面和侧隙。"
    )
    proof = Evidence(
        f"First three harmonics of the mesh: {rise.level_db:.1f} dB, {rise.base_db:.1f} dB at first; "
        f"{rise.limit_db:.1f} dB more count. The loudest tooth is {view.loudest.teeth.peak:.1f} times the "
        "usual.",
        figures={"mesh_hz": mesh_hz, "rise_db": rise.rise_db, "limit_db": rise.limit_db,
                 "energy_ratio": view.rims[0].energy_ratio},
    )  # fmt: skip
    return Symptom("gear_wear", SURE_RISE, text, text_zh, (proof, _load(rise)))


def _load(rise: Rise) -> Evidence:
    text = "A mesh grows with the load as well: compare with the load or the current of both times."
    return Evidence(text, figures={"level_db": rise.level_db}, against=True)


def say_misaligned(view: GearView, rise: Rise | None) -> Symptom:
    """Say that the second harmonic of the mesh leads, with sidebands of the shafts.

    Parameters
    ----------
    view
        What the record shows.
    rise
        How it has risen over the first, where a base is known.

    Returns
    -------
    symptom
        With its proof.
    """
    mesh_hz = view.pair.mesh_hz
    text = (
        f"Twice the tooth mesh ({2 * mesh_hz:.0f} Hz) is {view.second_db:.0f} dB over the mesh itself and "
        "has sidebands of the shafts: the teeth do not bear over their whole width. Check the gears' "
        "alignment and contact pattern."
    )
    text_zh = (
        f"二倍啮合频率（{2 * mesh_hz:.0f} Hz）比啮合频率高 {view.second_db:.0f} dB，并带轴频边带："
        "齿面未全宽接触。请检查齿轮对中和接触斑点。"
    )
    grown = "" if rise is None else f" It has risen by {rise.rise_db:.1f} dB; {rise.limit_db:.1f} dB count."
    proof = Evidence(
        f"Second harmonic of the mesh {view.second_db:.1f} dB over the first, its sidebands "
        f"{100 * view.second_sides:.0f} % of it.{grown}",
        figures={"mesh_hz": mesh_hz, "second_db": view.second_db, "sidebands": view.second_sides},
    )
    against = Evidence(
        "A resonance near twice the mesh draws the same: compare at another speed.", against=True
    )
    sure = SURE_FIRST if rise is None else SURE_RISE
    return Symptom("gear_misaligned", sure, text, text_zh, (proof, against))
