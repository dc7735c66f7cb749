"""A rotor that is simulated from its equation of motion: a disc on an elastic shaft (Laval, Jeffcott).

Per unit of mass, with the shaft at angle ``theta``::

    x'' + 2 z w x' + w^2 x = e W^2 cos(theta) + w^2 b cos(theta + beta) + coupling + contact
    y'' + ...              = (the same with sin) - g

``w`` is the natural frequency, ``z`` the damping ratio, ``e`` the offset of the mass, ``b`` the bow of the
shaft, ``W`` the speed. What a probe on a bearing's housing feels is the force that the shaft puts on it. A
loose foot is a support that is soft upwards, beyond what clamps it; a loose fit is a stiff ring with a gap
round the shaft, which lies in it by its weight; a rub is a wall with friction on one side. Nothing here is
shared with the tests that are judged by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RATE_HZ, SECONDS, SETTLE_S = 5120.0, 4.4, 1.6
STEPS = 4  # of integration a sample
G = 9.81
KINDS = ("normal", "unbalance", "misalignment", "looseness", "rub", "bent_shaft", "resonance", "hum")


@dataclass(frozen=True)
class Rotor:
    """One rotor with what ails it; frequencies in Hz, velocities as root mean square in mm/s."""

    kind: str
    seed: int
    shaft_hz: float
    natural_hz: float
    damping: float
    unbalance_mm_s: float
    bow_share: float = 0.0  # of the first order that comes from a bow rather than from an offset mass
    second: float = 0.0  # of the coupling, as a share of the first order
    third: float = 0.0
    fourth: float = 0.0
    axial_first: float = 0.05
    axial_second: float = 0.05
    axial_opposed: bool = False  # both ends against each other
    softness: float = 1.0  # stiffness upwards of a loose foot, as a share of that downwards
    clamping: float = 0.0  # what still holds a loose foot down, as a share of the first order's force
    ring: float = 0.0  # stiffness of a loose fit all round, as a multiple of the shaft's
    wall: float = 0.0  # the same of what is rubbed on one side
    clearance: float = 0.0  # as a share of the amplitude without contact
    weight: float = 0.0  # as a share of the first order's force
    friction: float = 0.0
    hum_mm_s: float = 0.0
    confuser: str = ""
    noise: float = 0.05
    rest: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))


def draw(kind: str, seed: int) -> Rotor:
    """Draw a rotor of a kind: speeds, stiffness, how bad it is, and what else is there."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    u = rng.uniform
    shaft_hz = float(u(12.0, 60.0))
    rotor = Rotor(
        kind,
        seed,
        shaft_hz,
        natural_hz=shaft_hz * float(u(1.6, 4.0)),
        damping=float(u(0.03, 0.12)),
        unbalance_mm_s=float(u(0.3, 1.0)),
        second=float(u(0.0, 0.25)),
        third=float(u(0.0, 0.12)),
        fourth=float(u(0.0, 0.06)),
        axial_first=float(u(0.05, 0.3)),
        axial_second=float(u(0.0, 0.1)),
        confuser=str(rng.choice(["", "", "gear", "bearing", "belt", "hum"])),
        noise=float(u(0.02, 0.3)),
        rest=(float(u(0, 1)), float(u(0, 1)), float(u(0, 1))),
    )
    return replace(rotor, **_ill(rotor, rng))


def _ill(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    u = rng.uniform
    level = {"unbalance_mm_s": float(np.exp(u(np.log(2.0), np.log(9.0))))}
    ills = {
        "unbalance": _unbalance, "misalignment": _misalignment, "looseness": _loose, "rub": _rub,
        "bent_shaft": _bent, "resonance": _resonance, "hum": _hum,
    }  # fmt: skip
    return level | ills[rotor.kind](rotor, rng) if rotor.kind in ills else {}


def _unbalance(_rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    overhung = rng.random() < 0.3
    return {"second": rng.uniform(0, 0.2), "axial_first": rng.uniform(0.5, 1.0) if overhung else 0.15}


def _misalignment(_rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    u = rng.uniform
    return {
        "unbalance_mm_s": float(np.exp(u(np.log(1.0), np.log(4.5)))),
        "second": u(0.6, 2.5),
        "third": u(0.0, 0.5),
        "fourth": u(0.0, 0.2),
        "axial_first": u(0.3, 1.2),
        "axial_second": u(0.3, 1.2),
        "axial_opposed": bool(rng.random() < 0.5),
    }


def _loose(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    return {"friction": 0.05} | (_foot(rotor, rng) if rng.random() < 0.5 else _fit(rotor, rng))


def _rub(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    u = rng.uniform
    return {
        "wall": float(np.exp(u(np.log(5.0), np.log(60.0)))),
        "clearance": u(0.5, 0.98),
        "friction": u(0.05, 0.2),
        "damping": u(0.05, 0.15),
        "natural_hz": rotor.shaft_hz * (u(0.27, 0.6) if rng.random() < 0.6 else u(0.65, 1.2)),
    }


def _bent(_rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    u = rng.uniform
    share = {"bow_share": u(0.7, 1.0), "axial_first": u(0.5, 1.2), "axial_second": u(0.0, 0.2)}
    return share | {"axial_opposed": True}


def _resonance(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    return {"natural_hz": rotor.shaft_hz * rng.uniform(0.96, 1.04), "damping": rng.uniform(0.02, 0.08)}


def _hum(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    """Draw a two-pole motor: twice the supply lies beside twice the speed."""
    level = float(np.exp(rng.uniform(np.log(2.0), np.log(9.0))))
    own = {"unbalance_mm_s": rotor.unbalance_mm_s, "hum_mm_s": level}
    return own | {"shaft_hz": rng.uniform(49.2, 49.9), "natural_hz": rng.uniform(90.0, 160.0)}


def _foot(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    low = rng.random() < 0.5  # a loose foot that rocks slowly answers at half the speed
    return {
        "softness": float(rng.uniform(0.03, 0.3)),
        "clamping": float(rng.uniform(0.05, 0.6)),
        "natural_hz": rotor.shaft_hz * float(rng.uniform(0.5, 0.8) if low else rng.uniform(0.8, 3.0)),
    }


def _fit(rotor: Rotor, rng: np.random.Generator) -> dict[str, object]:
    return {
        "ring": float(np.exp(rng.uniform(np.log(30.0), np.log(300.0)))),
        "clearance": float(rng.uniform(0.1, 0.6)),
        "weight": float(rng.uniform(0.1, 1.0)),
        "natural_hz": rotor.shaft_hz * float(rng.uniform(0.2, 0.4)),
        "damping": float(rng.uniform(0.1, 0.3)),
    }


# -------------------------------------------------------------------------------------- the linear rotor
def response(rotor: Rotor, hz: float, force_hz: float) -> complex:
    """Force on the bearing for a unit force on the disc at ``force_hz``; ``hz`` is the natural frequency."""
    r, z = force_hz / hz, rotor.damping
    return complex((1 + 2j * z * r) / (1 - r**2 + 2j * z * r))


def first_order(rotor: Rotor, at_hz: float) -> complex:
    """Velocity at the first order at another speed than the rotor's own, with its phase. [mm/s RMS]"""
    own = _exciting(rotor, rotor.shaft_hz) * response(rotor, rotor.natural_hz, rotor.shaft_hz)
    other = _exciting(rotor, at_hz) * response(rotor, rotor.natural_hz, at_hz)
    # The same force at another frequency: velocity is acceleration over angular frequency.
    return complex(rotor.unbalance_mm_s * other / own * rotor.shaft_hz / at_hz) if own else 0j


def _exciting(rotor: Rotor, hz: float) -> complex:
    """Force of offset mass and bow at a speed, in shares of the force at the rotor's own speed."""
    bend = rotor.bow_share
    return (1 - bend) * (hz / rotor.shaft_hz) ** 2 + bend * np.exp(1j * rotor.rest[0])


# ----------------------------------------------------------------------------------- motion step by step
def record(rotor: Rotor, at_hz: float | None = None) -> dict[str, Floats]:
    """Acceleration [m/s2] by probe: DE.x, DE.y (upwards), DE.axial, NDE.axial; shape (n,) each."""
    rng = np.random.default_rng([rotor.seed, 7, KINDS.index(rotor.kind)])
    hz = at_hz or rotor.shaft_hz
    n = round(RATE_HZ * SECONDS)
    theta = _angle(hz, rng)
    if has_contact(rotor):
        x, y, knocks = _integrate(rotor, theta)
    else:
        x, y, knocks = _linear(rotor, hz, theta[-n * STEPS :: STEPS])
    theta = theta[-n * STEPS :: STEPS]
    for name in ("x", "y"):
        target = x if name == "x" else y
        target += _coupling(rotor, hz, theta, rng) + _others(rotor, hz, theta, rng)
        target += (rotor.noise + 2.0 * knocks) * rng.standard_normal(n)
    return {"DE.x": x, "DE.y": y} | _axial(rotor, hz, theta, rng)


def has_contact(rotor: Rotor) -> bool:
    """Whether the rotor lifts, rattles or rubs."""
    return rotor.softness < 1 or rotor.ring > 0 or rotor.wall > 0


def _angle(hz: float, rng: np.random.Generator) -> Floats:
    """Angle of the shaft at every step, with the unsteadiness of a real drive (0.05 %)."""
    n = round(RATE_HZ * (SECONDS + SETTLE_S)) * STEPS
    slow = np.interp(np.arange(n), np.linspace(0, n, 12), rng.standard_normal(12))
    return np.asarray(
        2 * np.pi * np.cumsum(hz * (1 + 5e-4 * slow)) / (RATE_HZ * STEPS) + rng.uniform(0, 6.28)
    )


def _linear(rotor: Rotor, hz: float, theta: Floats) -> tuple[Floats, Floats, Floats]:
    v = first_order(rotor, hz)
    a = np.sqrt(2) * v * 1e-3 * 2 * np.pi * hz
    turn = np.exp(1j * theta) * a
    return np.real(turn).copy(), 0.8 * np.imag(turn), np.zeros(len(theta))


def _integrate(rotor: Rotor, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Integrate a rotor with contact, and scale it so that its first order is as stated."""
    speed = 2 * np.pi * rotor.shaft_hz
    m = round(RATE_HZ * SECONDS)
    x, y, normal = _steps(rotor, theta, speed)[:, -m:]
    x, y = x - x.mean(), y - y.mean()
    tone = np.exp(-1j * theta[-m * STEPS :: STEPS])
    first = max(abs(np.mean(x * tone)), abs(np.mean(y * tone))) * 2
    wanted = np.sqrt(2) * rotor.unbalance_mm_s * 1e-3 * speed
    return x * wanted / first, y * wanted / first, normal / (float(normal.max()) or 1.0)


def _steps(rotor: Rotor, theta: Floats, speed: float) -> Floats:
    """Step by step (semi-implicit Euler) for a mass of one, off centre by one: forces on the housing."""
    dt, w = 1 / (RATE_HZ * STEPS), 2 * np.pi * rotor.natural_hz
    r, w2, c = rotor.shaft_hz / rotor.natural_hz, w**2, 2 * rotor.damping * w
    gap = rotor.clearance * r**2 / abs(1 - r**2 + 2j * rotor.damping * r)
    sag, pull = rotor.clamping * speed**2 / w2, rotor.weight * speed**2
    fx, fy = speed**2 * np.cos(theta), speed**2 * np.sin(theta)
    px = py = vx = vy = 0.0
    out = np.zeros((3, len(theta) // STEPS))
    for k in range(len(theta)):
        # A foot is pressed down by what clamps it; lifted off, only soft parts hold it.
        lifted = rotor.softness < 1 and py > sag
        bx, by = w2 * px + c * vx, c * vy + w2 * (sag + rotor.softness * (py - sag) if lifted else py)
        nx, ny, normal = _contact(rotor, gap, w2, (px, py, vx, vy))
        vx += dt * (fx[k] - bx + nx)
        vy += dt * (fy[k] - by + ny - pull)
        px += dt * vx
        py += dt * vy
        if k % STEPS == 0:
            out[:, k // STEPS] = bx - nx, by - ny, normal
    return out


def _contact(
    rotor: Rotor, gap: float, w2: float, motion: tuple[float, float, float, float]
) -> tuple[float, float, float]:
    """Force of a wall on one side, or of a ring all round, with friction; and how hard it presses."""
    px, py, vx, vy = motion
    if rotor.wall > 0 and px > gap:
        normal = rotor.wall * w2 * (px - gap)
        return -normal, -rotor.friction * normal, normal
    far = (px * px + py * py) ** 0.5
    if rotor.ring > 0 and far > gap:
        stiff = rotor.ring * w2
        normal = stiff * (far - gap) + 0.3 * stiff**0.5 * (px * vx + py * vy) / far
        ex, ey = px / far, py / far
        return normal * (rotor.friction * ey - ex), -normal * (ey + rotor.friction * ex), normal
    return 0.0, 0.0, 0.0


def _coupling(rotor: Rotor, hz: float, theta: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros(len(theta))
    for order, share in ((2, rotor.second), (3, rotor.third), (4, rotor.fourth)):
        v = share * rotor.unbalance_mm_s * (hz / rotor.shaft_hz) ** 2
        a = np.sqrt(2) * v * 1e-3 * 2 * np.pi * order * hz * rng.uniform(0.8, 1.2)
        total += a * np.cos(order * theta + rng.uniform(0, 6.28))
    return total


def _others(rotor: Rotor, hz: float, theta: Floats, rng: np.random.Generator) -> Floats:
    """What else a plant puts on a record: hum of the supply, a mesh, a bearing, a belt."""
    n = len(theta)
    t = np.arange(n) / RATE_HZ
    total = np.zeros(n)
    hum = rotor.hum_mm_s or (0.4 if rotor.confuser == "hum" else 0.0)
    total += (
        np.sqrt(2) * hum * 1e-3 * 2 * np.pi * 100.0 * np.cos(2 * np.pi * 100.0 * t + rng.uniform(0, 6.28))
    )
    if rotor.confuser == "gear":
        total += 0.4 * np.cos(23 * theta * 0.4137) * (1 + 0.3 * np.cos(theta))
    if rotor.confuser == "belt":
        total += np.sqrt(2) * 0.5e-3 * 2 * np.pi * 0.37 * hz * np.cos(0.37 * theta + rng.uniform(0, 6.28))
    if rotor.confuser == "bearing":
        total += _knocks(3.58 * hz, n, rng)
    return total


def _knocks(hz: float, n: int, rng: np.random.Generator) -> Floats:
    total = np.zeros(n + 200)
    ring = np.arange(150) / RATE_HZ
    burst = 2.0 * np.exp(-ring * 600) * np.sin(2 * np.pi * 1800 * ring)
    for k in range(int(n / RATE_HZ * hz)):
        at = int((k + 0.02 * rng.standard_normal()) / hz * RATE_HZ)
        total[max(at, 0) : max(at, 0) + 150] += burst
    return total[:n]


def _axial(rotor: Rotor, hz: float, theta: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    phase = rng.uniform(0, 6.28)
    ends = {"DE.axial": 0.0, "NDE.axial": np.pi if rotor.axial_opposed else 0.0}
    radial = abs(first_order(rotor, hz)) if not has_contact(rotor) else rotor.unbalance_mm_s
    told = {}
    for name, turned in ends.items():
        own = turned + 0.2 * rng.standard_normal()
        total = rotor.noise * rng.standard_normal(len(theta))
        for order, share in ((1, rotor.axial_first), (2, rotor.axial_second)):
            a = np.sqrt(2) * share * radial * 1e-3 * 2 * np.pi * order * hz
            total += a * np.cos(order * theta + phase + own)
        told[name] = total
    return told
