"""Overall velocity: the zones of every group and support, refusals, hysteresis, words."""

import pytest
from tests.health.slices import run, tones, waveform

from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import BAD
from arkwright.health.checks.velocity import CHECK
from arkwright.health.zones import ZoneRule, velocity_of, zone_rule

# ISO 10816-3:2009, A/B, B/C, C/D in mm/s RMS, as the notes quote them.
TABLE = {
    (400.0, "rigid"): (1, 2.3, 4.5, 7.1),
    (400.0, "flexible"): (1, 3.5, 7.1, 11.0),
    (90.0, "rigid"): (2, 1.4, 2.8, 4.5),
    (90.0, "flexible"): (2, 2.3, 4.5, 7.1),
}
DE = Signal("F.DE.v", "F", "vibration_velocity", "mm/s", "plc", location="DE", title="DE velocity")
NDE = Signal("F.NDE.v", "F", "vibration_velocity", "mm/s", "plc", location="NDE")
ACC = Signal("F.DE.a", "F", "acceleration", "g", "plc", kind="waveform", location="DE", rate_hz=10_000.0)
PLATE = {"rated_power_kw": 90.0, "support": "flexible", "rated_speed_rpm": 1480.0}


def fan(*signals, **plate):
    return Asset("F", title="Fan", title_zh="风机", nameplate=PLATE | plate, signals=signals or (DE, NDE))


def velocities(*values, name="F.DE.v", step=10.0):
    return [(name, i * step, v) for i, v in enumerate(values)]


@pytest.mark.parametrize(("plate", "row"), TABLE.items())
def test_every_group_and_support_has_the_boundaries_of_the_table(plate, row):
    rule = zone_rule(fan(rated_power_kw=plate[0], support=plate[1]))
    assert isinstance(rule, ZoneRule)
    group, *bounds = row
    assert (rule.group, *rule.boundaries) == (group, *bounds)
    for below, bound, above in zip("ABC", bounds, "BCD", strict=True):
        assert rule.zone(bound) == below
        assert rule.zone(bound + 0.01) == above
    assert "ISO 10816-3:2009" in str(rule)


@pytest.mark.parametrize(("power", "group"), [(15.0, 2), (300.0, 2), (300.1, 1), (50_000.0, 1)])
def test_groups_part_at_300_kw(power, group):
    rule = zone_rule(fan(rated_power_kw=power))
    assert isinstance(rule, ZoneRule)
    assert rule.group == group


@pytest.mark.parametrize(
    ("plate", "words"),
    [
        ({"rated_power_kw": ""}, "rated_power_kw is not stated"),
        ({"rated_power_kw": 14.9}, "holds for 15 to 50000 kW; rated_power_kw is 14.9"),
        ({"support": "soft"}, "support is 'soft'; rigid or flexible is wanted"),
        ({"rated_speed_rpm": 90.0}, "holds for 120 to 15000 rpm"),
    ],
)
def test_what_the_nameplate_lacks_is_named_once(plate, words):
    told = run(CHECK, fan(**plate), velocities(*[9.0] * 60), 600)
    assert [f.cause for _, f in told] == ["cannot_judge"]
    assert words in told[0][1].missing[0]


def test_everything_that_is_missing_is_named_at_once():
    [(_, finding)] = run(CHECK, Asset("F", signals=(DE,)), velocities(9.0), 20)
    assert len(finding.missing) == 2


def test_a_velocity_without_a_declared_unit_is_refused():
    bare = Signal("F.DE.v", "F", "vibration_velocity", "", "plc", location="DE")
    [(_, finding)] = run(CHECK, fan(bare), velocities(9.0, 9.0, 9.0), 60)
    assert (finding.cause, finding.location) == ("cannot_judge", "DE")
    assert "the unit of F.DE.v is not declared" in finding.missing


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (waveform("F.DE.a", 0, tones((25, 3)), unit=""), "no unit is declared"),
        (waveform("F.DE.a", 0, tones((25, 3)), unit="V"), "unit 'V' does not measure acceleration"),
        (
            waveform("F.DE.a", 0, tones((25, 3), rate_hz=2000.0), rate_hz=2000.0),
            "2000 Hz is too low; 2100 Hz",
        ),
        (waveform("F.DE.a", 0, tones((25, 3), seconds=0.5)), "shorter than 1 s"),
        (waveform("F.DE.a", 0, tones((25, 3)) * 0), "constant"),
        (waveform("F.DE.a", 0, tones((25, 3)), status=BAD), "bad"),
    ],
)
def test_a_record_that_cannot_be_integrated_says_why(record, words):
    said = velocity_of(record)
    assert isinstance(said, str)
    assert words in said
    [(_, finding)] = run(CHECK, fan(ACC), [], 20, waveforms=(record,))
    assert finding.cause == "cannot_judge"
    assert words in finding.missing[0]


def test_zone_b_is_no_finding_zone_c_is_act_zone_d_is_stop():
    told = run(CHECK, fan(), velocities(*[4.4] * 6, *[5.0] * 6, *[8.0] * 6), 180)
    assert [(s, f.cause, f.band) for s, f in told] == [
        (80, "high_vibration", "act"),
        (140, "high_vibration", "stop"),
    ]
    assert "5.0 mm/s RMS at the drive end, zone C of ISO 10816-3:2009 group 2, flexible" in told[0][1].text
    assert "风机：驱动端振动速度 5.0 mm/s RMS" in told[0][1].text_zh
    assert told[0][1].evidence[0].figures["b_c_mm_s"] == 4.5


def test_one_knock_neither_begins_nor_ends_it():
    knock = [2.0, 2.0, 2.0, 30.0, 2.0, 2.0, 2.0]
    assert run(CHECK, fan(), velocities(*knock), 70) == []
    dip = [5.0] * 6 + [2.0] + [5.0] * 6
    assert [f.cause for _, f in run(CHECK, fan(), velocities(*dip), 130)] == ["high_vibration"]


def test_a_zone_is_left_five_percent_below_its_boundary():
    told = run(CHECK, fan(), velocities(*[4.6] * 6, *[4.35] * 12, *[4.2] * 6), 240)
    assert [f.cause for _, f in told] == ["high_vibration", "normal"]
    assert told[1][0] == 200  # 4.2 is below 0.95 x 4.5 = 4.275; the median of three follows at 190 s


def test_the_worst_place_counts_and_the_others_stand_beside_it():
    rows = velocities(*[2.0] * 6) + velocities(*[6.0] * 6, name="F.NDE.v")
    [(_, finding)] = run(CHECK, fan(), rows, 60)
    assert finding.location == ""
    assert "non-drive end" in finding.text
    assert [e.against for e in finding.evidence] == [False, True]


def test_acceleration_is_integrated_where_no_velocity_is_read():
    x = tones((24.6, 3.0), (49.2, 4.0))  # 5.0 mm/s together
    records = tuple(waveform("F.DE.a", 10.0 * i, x) for i in range(4))
    [(_, finding)] = run(CHECK, fan(ACC), [], 40, waveforms=records)
    assert finding.band == "act"
    assert finding.evidence[0].figures["velocity_mm_s"] == pytest.approx(5.0, rel=0.005)


def test_a_slow_shaft_is_measured_from_two_hertz():
    x = tones((4.1, 6.0), seconds=8.0)
    records = tuple(waveform("F.DE.a", 10.0 * i, x) for i in range(4))
    [(_, finding)] = run(CHECK, fan(ACC, rated_speed_rpm=246.0), [], 40, waveforms=records)
    assert finding.evidence[0].figures["velocity_mm_s"] == pytest.approx(6.0, rel=0.005)
    assert "2-1000 Hz" in finding.evidence[0].text


def test_a_pump_is_told_that_it_has_a_standard_of_its_own():
    pump = Asset("F", asset_class="pump", nameplate=PLATE, signals=(DE,))
    [(_, finding)] = run(CHECK, pump, velocities(*[5.0] * 6), 60)
    assert any("ISO 10816-7" in e.text and e.against for e in finding.evidence)
