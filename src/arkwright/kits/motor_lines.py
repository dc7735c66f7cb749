"""The lines that faults of an induction motor draw beside its supply."""

from __future__ import annotations

from typing import Literal


def slip_of(supply_hz: float, pole_pairs: float, speed_rpm: float) -> float:
    """Return the slip of a motor: ``supply_hz`` [Hz], ``pole_pairs`` [1], ``speed_rpm`` [rpm]. [1]"""
    return 1.0 - pole_pairs * speed_rpm / (60.0 * supply_hz)


def bar_lines(supply_hz: float, slip: float, n: int = 2) -> dict[str, float]:
    """List the lines of broken bars: (1 +- 2ks) f.

    Parameters
    ----------
    supply_hz
        Frequency of the supply. [Hz]
    slip
        Slip. [1]
    n
        Pairs. [1]

    Returns
    -------
    lines
        Frequency by name. [Hz]

    References
    ----------
    .. [1] Thomson, Fenger (2001), IEEE Ind. Applications Magazine 7(4), 26-34, eq. 2.
    """
    return {
        f"(1{2 * side * k:+d}s)f": (1 + 2 * side * k * slip) * supply_hz
        for k in range(1, n + 1)
        for side in (-1, 1)
    }


def shaft_lines(supply_hz: float, shaft_hz: float, n: int = 2) -> dict[str, float]:
    """List the lines of a rotor that runs out of centre: f +- k fr.

    Parameters
    ----------
    supply_hz
        Frequency of the supply. [Hz]
    shaft_hz
        Frequency of the shaft. [Hz]
    n
        Pairs. [1]

    Returns
    -------
    lines
        Frequency by name, none below zero. [Hz]

    References
    ----------
    .. [1] Nandi, Toliyat, Li (2005), IEEE Trans. Energy Conversion 20(4), 719-729, on mixed eccentricity.
    """
    found = {
        f"f{side * k:+d}fr": supply_hz + side * k * shaft_hz for k in range(1, n + 1) for side in (-1, 1)
    }
    return {name: abs(hz) for name, hz in found.items() if abs(hz) > 0}


def slot_lines(
    supply_hz: float, shaft_hz: float, bars: int, kind: Literal["static", "dynamic"]
) -> dict[str, float]:
    """List the rotor-slot harmonics: (R +- nd) fr +- f, with nd = 0 static, nd = 1 dynamic eccentricity.

    The static ones are there in a healthy motor too, where its pole pairs and bars let them be.

    Parameters
    ----------
    supply_hz
        Frequency of the supply. [Hz]
    shaft_hz
        Frequency of the shaft. [Hz]
    bars
        Rotor bars. [1]
    kind
        Which eccentricity.

    Returns
    -------
    lines
        Frequency by name. [Hz]

    References
    ----------
    .. [1] Cameron, Thomson, Dow (1986), IEE Proc. B 133(3), 155-163.
    """
    orders = (0,) if kind == "static" else (-1, 1)
    return {
        f"({bars}{nd:+d})fr{side:+d}f" if nd else f"{bars}fr{side:+d}f": abs(
            (bars + nd) * shaft_hz + side * supply_hz
        )
        for nd in orders
        for side in (-1, 1)
    }


def bearing_lines(supply_hz: float, fault_hz: float, n: int = 2) -> dict[str, float]:
    """List the lines of a bearing's fault frequency in the current: f +- k fb.

    Parameters
    ----------
    supply_hz
        Frequency of the supply. [Hz]
    fault_hz
        Fault frequency of the bearing. [Hz]
    n
        Pairs. [1]

    Returns
    -------
    lines
        Frequency by name. [Hz]

    References
    ----------
    .. [1] Schoen, Habetler, Kamran, Bartheld (1995), IEEE Trans. Ind. Applications 31(6), 1274-1279, eq. 1.
    """
    return {
        f"f{side * k:+d}fb": abs(supply_hz + side * k * fault_hz) for k in range(1, n + 1) for side in (-1, 1)
    }


def broken_bars(below_db: float, bars: int, pole_pairs: int) -> float:
    """Estimate how many bars are broken: 2R / (10^(N/20) + 2p).

    Parameters
    ----------
    below_db
        How far the sidebands lie below the supply line at rated load. [dB]
    bars
        Rotor bars. [1]
    pole_pairs
        Pole pairs. [1]

    Returns
    -------
    broken
        Bars. [1]

    References
    ----------
    .. [1] Thomson, Fenger (2001), IEEE Ind. Applications Magazine 7(4), 26-34.
    """
    return 2.0 * bars / (float(10.0 ** (below_db / 20.0)) + 2.0 * pole_pairs)
