"""Sleeve bearings, by two shaft probes at right angles: oil whirl and oil whip."""

from __future__ import annotations

from dataclasses import dataclass

from arkwright.core.finding import Band, Evidence
from arkwright.core.plant import Asset
from arkwright.health.line_family import LineMet, Spectrum, confidence_of, lines_proof, meet
from arkwright.health.probes import probe_pair
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Floats, Record, Symptom, Test, Told
from arkwright.kits.orbit import Ellipse, ellipse_at, full_spectrum

WHIRL = (0.38, 0.49)
"""Speeds of an oil whirl over the shaft's. The oil goes round at half of the speed less what leaks and drags:
0.40 to 0.48 is seen (Muszynska 1988; Bently, Hatch 2002), and a little is left for a speed that is rounded.
One half itself is left out: a rub or a loose part locks there. [1]"""
WHIP_FROM = 0.2  # a whip stays at the critical speed while the shaft runs ever faster
SAME = 0.03  # frequencies no further apart than this share are the same
FASTER = 0.1  # speeds further apart than this share are two
STRONG = 0.25
"""Of the first order, from which a whirl counts: below it many sound bearings show some. [1]"""
OF_CLEARANCE = 0.1  # or of the clearance, where it is stated
FORWARD = 2.0
"""Radius of the forward over that of the backward circle: the oil drives one way; what shakes both probes
alike, hum or a foundation, has as much of both. [1]"""
WEAK = 0.3  # first order over the whirl, below which its direction is run-out's
LEAST_TURNS = 60.0  # so that 0.49 and 0.50 of the speed are two lines
SURE = 1e-4  # chance that noise draws it


@dataclass(frozen=True)
class _Whirl:
    """The strongest forward line below half of the speed: the line, its orbit, the first order's orbit."""

    line: LineMet
    orbit: Ellipse
    first: Ellipse
    ratio: float
    of_clearance: float | None

    @property
    def is_forward(self) -> bool:
        return abs(self.orbit.forward) >= FORWARD * abs(self.orbit.backward)

    @property
    def of_first(self) -> float:
        return self.orbit.major / max(self.first.major, 1e-12)

    @property
    def is_there(self) -> bool:
        strong = self.of_first >= STRONG or (self.of_clearance or 0.0) >= OF_CLEARANCE
        return self.line.p <= SURE and self.is_forward and strong


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    pair = probe_pair(record)
    if isinstance(pair, str):
        return Told(missing=(pair,))
    if pair is None:  # its own partner is asked for both
        return Told()
    speed = (record.speed_rpm or 0.0) / 60.0
    turns = len(record.samples) / record.rate_hz * speed
    if turns < LEAST_TURNS or 2.2 * speed >= record.rate_hz / 2:
        return Told(missing=(f"{LEAST_TURNS:.0f} turns at a rate above 4.4 times the speed are needed",))
    x, y = _oriented(*pair, record.rate_hz, speed)
    whirl = _strongest(x, y, record, asset, speed)
    if whirl is None:
        return Told({}, missing=("the spectrum does not reach below half of the speed",))
    figures = {
        "first_order": whirl.first.major,
        "whirl": whirl.orbit.major,
        "whirl_hz": whirl.line.hz,
        "whirl_ratio": whirl.ratio,
    }
    return Told(figures, _symptoms(whirl, record, asset), against=_against(whirl))


def _oriented(x: Floats, y: Floats, rate_hz: float, speed: float) -> tuple[Floats, Floats]:
    """Turn the second probe so that the first order goes forward, as unbalance makes it.

    Where a whirl leaves little of the first order, run-out is all that is left of it and says nothing: then
    the larger circle below half of the speed is taken for the forward one.
    """
    first = ellipse_at(x, y, rate_hz, speed)
    hz, peak = full_spectrum(x, y, rate_hz)
    below = [
        float(peak[(side * hz > WHIP_FROM * speed) & (side * hz < WHIRL[1] * speed)].max())
        for side in (1, -1)
    ]
    backward, forward = abs(first.backward), abs(first.forward)
    if first.major < WEAK * max(below):
        backward, forward = below[1], below[0]
    return (x, -y) if backward > 1.5 * forward else (x, y)


def _strongest(x: Floats, y: Floats, record: Record, asset: Asset, speed: float) -> _Whirl | None:
    hz, peak = full_spectrum(x, y, record.rate_hz)
    low, high = WHIP_FROM, WHIRL[1]
    lines = meet(Spectrum(hz, peak), {"whirl": speed * (low + high) / 2}, speed * (high - low) / 2)
    if not lines:
        return None
    line = lines[0]
    orbit, first = (ellipse_at(x, y, record.rate_hz, at) for at in (line.hz, speed))
    clearance = asset.rated("radial_clearance_um") if record.has_unit else None
    share = orbit.major / clearance if clearance and 1.0 < clearance < 1e5 else None
    return _Whirl(line, orbit, first, line.hz / speed, share)


def _critical(whirl: _Whirl, record: Record, asset: Asset) -> tuple[float, str] | None:
    """Return the critical speed [Hz] that the whirl sits on, and how that is known."""
    stated = (asset.rated("critical_speed_rpm") or 0.0) / 60.0
    if stated > 0 and abs(whirl.line.hz - stated) <= SAME * stated:
        return stated, "the stated critical speed"
    speed = record.speed_rpm or 0.0
    for other, base in record.at_speeds:
        was = base.get("whirl_hz", (0.0, 0.0))[0]
        if abs(other - speed) > FASTER * speed and was > 0 and abs(was - whirl.line.hz) <= SAME * was:
            return was, f"the same frequency as at {other:.0f} rpm"
    return None


def _symptoms(whirl: _Whirl, record: Record, asset: Asset) -> tuple[Symptom, ...]:
    if not whirl.is_there:
        return ()
    critical = _critical(whirl, record, asset)
    if critical is not None:
        return (_whip(whirl, critical, record.location),)
    return (_whirl(whirl, record.location),) if WHIRL[0] <= whirl.ratio else ()


def _proof(whirl: _Whirl, signal: str) -> Evidence:
    figures = {
        "whirl_hz": whirl.line.hz,
        "whirl_ratio": whirl.ratio,
        "forward": abs(whirl.orbit.forward),
        "backward": abs(whirl.orbit.backward),
        "first_order": whirl.first.major,
    }
    text = (
        f"Forward circle at {whirl.ratio:.3f} of the speed ({whirl.line.hz:.2f} Hz), "
        f"{whirl.of_first:.1f} times the first order, {whirl.line.over_db:.0f} dB over the noise."
    )
    return lines_proof(text, [whirl.line], figures, signal)


def _whirl(whirl: _Whirl, signal: str) -> Symptom:
    large = whirl.of_first >= 1.0 or (whirl.of_clearance or 0.0) >= 0.4
    band: Band = "act" if large else "watch"
    return Symptom(
        "oil_whirl",
        confidence_of(whirl.line.p, 0.85),
        f"Oil whirl: the shaft goes round forward at {whirl.ratio:.2f} of its speed, {whirl.of_first:.1f} "
        "times the first order.",
        f"油膜涡动：轴以 {whirl.ratio:.2f} 倍转频正向涡动，幅值为一倍频的 {whirl.of_first:.1f} 倍。",
        (_proof(whirl, signal),),
        band,
    )


def _whip(whirl: _Whirl, critical: tuple[float, str], signal: str) -> Symptom:
    return Symptom(
        "oil_whip",
        confidence_of(whirl.line.p, 0.9),
        f"Oil whip: the whirl stays at {whirl.line.hz:.1f} Hz, {critical[1]}, {whirl.ratio:.2f} of the "
        "speed. Only the clearance limits it.",
        f"油膜振荡：涡动锁定在 {whirl.line.hz:.1f} Hz（临界转速），仅受间隙限制。",
        (_proof(whirl, signal),),
        "stop",
    )


def _against(whirl: _Whirl) -> tuple[Evidence, ...]:
    if whirl.line.p > SURE or whirl.is_forward or whirl.of_first < STRONG:
        return ()
    text = (
        f"A line at {whirl.line.hz:.2f} Hz shakes both ways round alike: no oil film does that; look at what "
        "stands beside, or at hum."
    )
    return (Evidence(text, figures={"whirl_hz": whirl.line.hz}, against=True),)


TEST = Test(
    name="sleeve_bearing",
    title="Oil film of a sleeve bearing",
    summary=(
        "Oil whirl by a forward circle at 0.38 to 0.49 of the speed in the full spectrum of two probes at "
        "right angles; oil whip where it sits on the stated critical speed, or stays where it was at another "
        "speed. Exactly one half is left to a rub. It needs displacement of the shaft, DE.x beside DE.y."
    ),
    quantity="displacement",
    causes=("oil_whirl", "oil_whip"),
    judge=_judge,
    also={
        "critical_speed_rpm": "first critical speed of the rotor",
        "radial_clearance_um": "radial clearance of the bearing",
    },
    references=(
        "Muszynska (1988), Journal of Sound and Vibration 127(3), 457-483",
        "Bently, Hatch (2002), Fundamentals of Rotating Machinery Diagnostics, chapter 22",
        "Goldman, Muszynska (1999), Orbit 20(1), 17-21",
    ),
)
CHECK = record_check(TEST)
