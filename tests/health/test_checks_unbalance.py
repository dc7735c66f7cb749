"""Unbalance: the first order against its own base, and what is something else."""

from tests.health.slices import run, tones, waveform

from arkwright.core.plant import Asset, Signal
from arkwright.health.checks.unbalance import CHECK, N_BASE

HZ = 24.5
ACC = Signal("F.DE.a", "F", "acceleration", "m/s2", "plc", kind="waveform", location="DE")
PLATE = {"rated_power_kw": 90.0, "support": "flexible", "rated_speed_rpm": 60 * HZ}  # B/C at 4.5 mm/s
FAN = Asset("F", title="Fan", nameplate=PLATE, signals=(ACC,))
USUAL = ((HZ, 1.2), (2 * HZ, 0.4), (3 * HZ, 0.3), (180.0, 0.5))


def records(*spectra, speed_rpm=None):
    return tuple(
        waveform("F.DE.a", 10.0 * i, tones(*parts, noise=0.1, seed=i), speed_rpm=speed_rpm)
        for i, parts in enumerate(spectra)
    )


def test_a_first_order_that_outgrows_the_rest_is_unbalance():
    ill = ((HZ, 3.0), *USUAL[1:])
    made = records(*[USUAL] * N_BASE, *[ill] * 6)
    [(second, finding)] = run(CHECK, FAN, [], 160, waveforms=made)
    assert second == 120  # two of the last three records from 100 s on
    assert (finding.cause, finding.band, finding.location) == ("unbalance", "watch", "")
    assert "3.0 mm/s RMS at the first order of the shaft (24.50 Hz), drive end, 1.2 at first" in finding.text
    assert finding.evidence[-1].against


def test_it_is_an_act_in_zone_c_and_a_stop_in_zone_d_and_over_after_balancing():
    spectra = [USUAL] * N_BASE + [((HZ, v), *USUAL[1:]) for v in (3.0, 5.0, 8.0, 1.2) for _ in range(6)]
    told = run(CHECK, FAN, [], 10 * len(spectra), waveforms=records(*spectra))
    assert [(f.cause, f.band) for _, f in told] == [
        ("unbalance", "watch"), ("unbalance", "act"), ("unbalance", "stop"), ("normal", "none"),
    ]  # fmt: skip


def test_all_orders_grown_alike_are_not_unbalance():
    louder = tuple((hz, 3.0 * v) for hz, v in USUAL)
    assert run(CHECK, FAN, [], 160, waveforms=records(*[USUAL] * N_BASE, *[louder] * 6)) == []


def test_a_strong_second_order_is_not_unbalance():
    crooked = ((HZ, 3.0), (2 * HZ, 2.4), (3 * HZ, 0.3))
    assert run(CHECK, FAN, [], 160, waveforms=records(*[USUAL] * N_BASE, *[crooked] * 6)) == []


def test_a_rise_below_a_quarter_of_the_boundary_is_not_significant():
    little = ((HZ, 2.2), *USUAL[1:])  # 1.0 mm/s more, a quarter of 4.5 is 1.125
    assert run(CHECK, FAN, [], 160, waveforms=records(*[USUAL] * N_BASE, *[little] * 6)) == []


def test_an_asset_that_was_unbalanced_from_the_start_is_found_by_its_zone():
    from_start = ((HZ, 5.5), *USUAL[1:])
    told = run(CHECK, FAN, [], 60, waveforms=records(*[from_start] * 6))
    assert [(f.cause, f.band) for _, f in told] == [("unbalance", "act")]


def test_another_speed_is_not_compared():
    fast = tuple((1.3 * hz, 2.5 * v) for hz, v in USUAL)
    made = records(*[USUAL] * N_BASE, speed_rpm=60 * HZ)
    made += tuple(
        waveform("F.DE.a", 10.0 * (N_BASE + i), tones(*fast, seed=i), speed_rpm=78 * HZ) for i in range(6)
    )
    assert run(CHECK, FAN, [], 160, waveforms=made) == []


def test_without_a_speed_it_cannot_judge_and_says_so_once():
    plate = {"rated_power_kw": 90.0, "support": "flexible"}
    asset = Asset("F", nameplate=plate, signals=(ACC,))
    told = run(CHECK, asset, [], 60, waveforms=records(*[USUAL] * 6))
    assert [f.cause for _, f in told] == ["cannot_judge"]
    assert "speed" in told[0][1].missing[0]


def test_the_measured_speed_goes_before_the_rated_one():
    turning = Signal("F.speed", "F", "rotational_speed", "rpm", "plc")
    asset = Asset("F", title="Fan", nameplate=PLATE | {"rated_speed_rpm": 3000.0}, signals=(ACC, turning))
    rows = [("F.speed", float(i), 60 * HZ) for i in range(160)]
    ill = ((HZ, 3.0), *USUAL[1:])
    made = records(*[USUAL] * N_BASE, *[ill] * 6)
    [(_, finding)] = run(CHECK, asset, rows, 160, waveforms=made)
    assert finding.evidence[0].figures["speed_rpm"] == 60 * HZ


def test_where_no_zone_applies_the_check_does_not():
    assert not CHECK.applies_to(Asset("F", signals=(ACC,)))
