"""What is said of a pump: the sentences, the proof, and what speaks against."""

from __future__ import annotations

from dataclasses import asdict

from arkwright.core.finding import Evidence
from arkwright.health.passing import Passing, passing_proof
from arkwright.health.pump_noise import LOW_HZ, NoiseRise, PumpNoise
from arkwright.health.rise import Rise
from arkwright.health.symptom import Symptom

CAVITATION = 0.6  # air that is drawn in, a throttled valve close by and a dry bearing sound the same
RECIRCULATION = 0.6  # vortices of a suction bend do as well
VANES = 0.7  # a resonance that the speed has met draws the same line


def no_base() -> Evidence:
    """Say that a rise cannot be told yet."""
    return Evidence(
        "What this place showed at this speed when it was sound is not known yet: no rise can be told.",
        against=True,
    )


def say_cavitation(noise: PumpNoise, rise: NoiseRise) -> Symptom:
    """Say that bubbles collapse in the pump."""
    high = rise.high
    text = (
        f"Noise above {LOW_HZ / 1000:.0f} kHz is {high.rise_db:.0f} dB over what it was at this speed, all "
        f"across the band and without a rhythm: vapour bubbles collapse. Check suction pressure, strainer, "
        "level and temperature, and throttle the discharge: where the noise stays, it is a bearing that runs "
        "dry or a valve close by."
    )
    text_zh = (
        f"{LOW_HZ / 1000:.0f} kHz 以上噪声比同转速初始值高 {high.rise_db:.0f} dB，遍布整个频带且无节律："
        "汽泡溃灭（汽蚀）。检查吸入压力、滤网、液位和温度，并关小出口阀：若噪声不变，则为轴承缺油或附近阀门。"
    )
    return Symptom("cavitation", CAVITATION, text, text_zh, (_noise_proof(noise, rise), *_no_rhythm(noise)))


def say_recirculation(noise: PumpNoise, rise: NoiseRise) -> Symptom:
    """Say that flow turns back in the impeller."""
    low = rise.low
    risen = low.rise_db if low is not None else 0.0
    text = (
        f"Noise below the vanes' frequency is {risen:.0f} dB over what it was at this speed, and that above "
        f"{LOW_HZ / 1000:.0f} kHz only {rise.high.rise_db:.0f} dB: flow turns back in the impeller. The pump "
        "runs far off its best point; check flow, valves and whether a second pump presses against it."
    )
    text_zh = (
        f"叶片频率以下噪声比同转速初始值高 {risen:.0f} dB，而 {LOW_HZ / 1000:.0f} kHz 以上仅高 "
        f"{rise.high.rise_db:.0f} dB：叶轮内有回流。泵远离最佳工况，检查流量、阀门及并联泵是否顶压。"
    )
    return Symptom("recirculation", RECIRCULATION, text, text_zh, (_noise_proof(noise, rise),))


def say_vane_pass(passing: Passing, rise: Rise, side: Rise | None, shaft_hz: float) -> Symptom:
    """Say that the vanes' line has risen.

    Parameters
    ----------
    passing
        The line.
    rise
        Its rise.
    side
        That of its sidebands, where they have risen.
    shaft_hz
        Speed of the impeller. [Hz]

    Returns
    -------
    symptom
        With its proof.
    """
    more, more_zh = "", ""
    if side is not None:
        more = (
            " Its sidebands have risen too: the vanes no longer pass alike, or the impeller sits off centre."
        )
        more_zh = "其边带也升高：叶片不再一致或叶轮偏心。"
    text = (
        f"The line of {passing.number} vanes is {rise.rise_db:.0f} dB over what it was at this speed.{more} "
        "Check the gap to the tongue or diffuser, the vanes, and whether a pipe or pedestal resounds."
    )
    text_zh = (
        f"{passing.number} 个叶片的通过频率线比同转速初始值高 {rise.rise_db:.0f} dB。{more_zh}"
        "检查叶轮与隔舌或导叶间隙、叶片，以及管路或底座是否共振。"
    )
    return Symptom(
        "vane_pass", VANES, text, text_zh, (passing_proof(passing, rise, side, "vanes", shaft_hz),)
    )


def not_cavitation(noise: PumpNoise, rise: NoiseRise, rhythm_chance: float) -> tuple[Evidence, ...]:
    """Say what keeps noise that has risen from being called cavitation.

    Parameters
    ----------
    noise
        The noise, with its rhythm.
    rise
        How it has risen.
    rhythm_chance
        Where chance draws a rhythm less often than this, the noise has one. [1]

    Returns
    -------
    against
        Nothing where the noise has not risen.
    """
    if not rise.high.is_real:
        return ()
    found = []
    if noise.rhythm is None:
        text = "The record is too short to tell bubbles from knocks: 32 turns of the shaft are needed."
        found.append(Evidence(text, against=True))
    elif noise.rhythm.chance <= rhythm_chance:
        found.append(
            Evidence(
                f"The noise above {LOW_HZ / 1000:.0f} kHz comes and goes {noise.rhythm.hz:.1f} times a "
                "second, which is no multiple of the shaft's speed: knocks of a bearing or gear, no bubbles.",
                figures=asdict(noise.rhythm),
                against=True,
            )
        )
    if rise.least_db < 0.5 * rise.high.rise_db:
        found.append(
            Evidence(
                f"A part of the band has risen by {rise.least_db:.1f} dB only: a resonance, no bubbles.",
                figures={"least_rise_db": rise.least_db, "rise_db": rise.high.rise_db},
                against=True,
            )
        )
    return tuple(found)


def _noise_proof(noise: PumpNoise, rise: NoiseRise) -> Evidence:
    low = (
        "" if rise.low is None else f" Below the vanes' frequency it has risen by {rise.low.rise_db:.1f} dB."
    )
    text = (
        f"Noise from {noise.edges_hz[0]:.0f} to {noise.edges_hz[-1]:.0f} Hz has risen by "
        f"{rise.high.rise_db:.1f} dB, in each of its parts by {rise.least_db:.1f} dB or more; a rise counts "
        f"from {rise.high.limit_db:.1f} dB on.{low}"
    )
    figures = {**asdict(rise.high), "least_rise_db": rise.least_db}
    if rise.low is not None:
        figures |= {f"low_{name}": value for name, value in asdict(rise.low).items()}
    parts = [round(part.level_db, 2) for part in noise.high]
    return Evidence(text, figures=figures, data={"edges_hz": list(noise.edges_hz), "levels_db": parts})


def _no_rhythm(noise: PumpNoise) -> tuple[Evidence, ...]:
    rhythm = noise.rhythm
    if rhythm is None:
        return ()
    text = (
        f"The strongest rhythm of that noise beside the shaft's own is {rhythm.over_db:.1f} dB high at "
        f"{rhythm.hz:.1f} Hz; plain noise reaches as much in {100 * rhythm.chance:.0f} % of records."
    )
    return (Evidence(text, figures=asdict(rhythm)),)
