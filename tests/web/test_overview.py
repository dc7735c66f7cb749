"""What the overview chooses to show."""

from arkwright.core.plant import Asset, Limits, Signal
from arkwright.web.pages.overview import areas_of, key_signals


def measured(name, parent, *signals):
    return Asset(name, parent, signals=signals)


def signal(name, **more):
    return Signal(name, "p", "temperature", "degC", **more)


def named(*assets):
    return {asset.name: asset for asset in assets}


def test_assets_are_grouped_by_what_they_stand_in():
    assets = named(Asset("works"), Asset("hall", "works"), measured("p1", "hall"), measured("p2", "hall"))
    (hall,) = areas_of(assets)
    assert (hall.asset.name, [a.name for a in hall.members]) == ("hall", ["p1", "p2"])


def test_an_area_that_measures_something_itself_is_shown_as_well():
    assets = named(Asset("works"), measured("hall", "works", signal("t")), measured("p1", "hall"))
    assert [(a.asset.name, [m.name for m in a.members]) for a in areas_of(assets)] == [
        ("works", ["hall"]),
        ("hall", ["p1"]),
    ]


def test_a_site_of_one_asset_is_its_own_area():
    (only,) = areas_of(named(Asset("works")))
    assert [a.name for a in only.members] == ["works"]


def test_signals_with_limits_come_first_and_waveforms_not_at_all():
    signals = (
        signal("a"),
        signal("w", kind="waveform"),
        signal("b", limits=Limits(high=1.0)),
        signal("c"),
        signal("d", limits=Limits(low=1.0)),
    )
    assert [s.name for s in key_signals(measured("p", "", *signals))] == ["b", "d", "a"]
