"""The catalogue of bearings: every row cites its source and obeys the kinematics of a bearing."""

import csv
import re
from decimal import Decimal
from importlib.resources import files
from math import cos, pi, radians
from pathlib import Path

import numpy as np
import pytest

from arkwright.core.errors import EntryError
from arkwright.health.bearing import SAME, bearings, catalogue, find_bearing, rows_named
from arkwright.health.rolling_search import SLIPS

FILE = files("arkwright.health").joinpath("bearings.csv").read_text(encoding="utf-8")
WRITTEN = {f"{r['maker']} {r['designation']}".strip(): r for r in csv.DictReader(FILE.splitlines())}


def half_unit(text):
    """Half of the last digit that a source prints."""
    return float(Decimal(1).scaleb(Decimal(text).as_tuple().exponent)) / 2


ROOM = 1e-4
"""What the printed figures themselves are off: 0.39828 x 9 is 3.5845, and the table prints 3.5848. [1]"""


def test_a_row_names_its_source_and_what_confirms_it():
    for name, row in catalogue().items():
        assert len(row.orders.source) > 20, name
        assert any(c.isdigit() for c in row.orders.source), name
        assert row.confirmed_by, name


def test_printed_orders_obey_kinematics_to_the_rounding_of_their_source():
    for name, written in WRITTEN.items():
        if not written["bpfo"]:
            continue
        o, n = catalogue()[name].orders, catalogue()[name].n_balls
        uo, ui, ub, uf = (half_unit(written[key]) for key in ("bpfo", "bpfi", "bsf", "ftf"))
        assert abs(o.bpfo + o.bpfi - n) <= uo + ui + ROOM, name
        assert abs(o.ftf * n - o.bpfo) <= n * uf + uo + ROOM * o.bpfo, name
        share, off = (o.bpfi - o.bpfo) / n, (uo + ui) / n
        # The share is that of the contact direction; where that is flat it gives the ball's spin as well,
        # bsf = (1 - share^2) / (2 share); a contact angle makes the ball larger for the same share.
        flat = (1 - share**2) / (2 * share)
        room = ub + off * (1 / (2 * share**2) + 0.5) + ROOM * flat
        least = flat - room if written["angle_deg"] else cos(radians(30)) * flat
        assert least <= o.bsf <= flat + room, name


def test_a_printed_geometry_can_be_built():
    for name, row in catalogue().items():
        if row.ball_mm is not None:
            # Neighbours do not overlap on their circle, yet there are enough to carry.
            assert 0.4 < row.n_balls * row.ball_mm / (pi * row.pitch_mm) < 0.98, name
            assert 0 <= row.angle_deg <= 45, name


def test_every_source_of_the_list_is_used_and_every_row_has_one():
    listed = files("arkwright.health").joinpath("bearing_sources.csv").read_text(encoding="utf-8")
    assert {r["source"] for r in csv.DictReader(listed.splitlines())} == {
        r["source"] for r in WRITTEN.values()
    }


def test_no_maker_has_two_rows_of_one_designation():
    names = [name.upper() for name in WRITTEN]
    assert len(FILE.splitlines()) - 1 == len(names) == len(set(names)) == len(catalogue())
    assert len(catalogue()) >= 350


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("SKF 6205-2RS JEM", "SKF 6205"),
        ("6205-2Z/C3", "SKF 6205"),
        ("6205DDUC3", "SKF 6205"),
        ("NSK 6203ZZ", "NSK 6203"),
        ("6203 LLU", "SKF 6203"),
        ("rexnord za-2115", "Rexnord ZA-2115"),
        ("MB ER10K", "MB ER-10K"),
        ("Fafnir 203K", "Timken 203K"),
        ("S6005C TA P4", "GMN S 6005 C"),
        ("GMN HY KH 6008 2RZ C TA P4+ UL", "GMN KH 6008 C"),
        ("NU206-E-XL-TVP2", "FAG NU206-E"),
        ("Schaeffler NU2205-E-XL-TVP2", "FAG NU2205-E"),
        ("FAG 22205-E1-K-C3", "FAG 22205-E1-K"),
        ("FAG QJ212TVP", "FAG QJ212"),
        ("SKF 1205 ETN9", "SKF 1205-ETN9"),
    ],
)
def test_seals_hyphens_and_what_follows_do_not_matter(said, row):
    assert find_bearing(said) == catalogue()[row].orders


def test_the_maker_chooses_among_rows_of_one_designation():
    # 8/2 (1 - 6.75/29.05) = 3.0706 with the balls of IBU, 3.0530 with those of SKF.
    assert find_bearing("IBU 6203").bpfo == pytest.approx(3.0706, abs=1e-4)
    assert find_bearing("SKF 6203").bpfo == find_bearing("6203").bpfo == 3.0530


def test_makers_that_build_it_too_differently_are_not_mixed():
    with pytest.raises(EntryError, match=r"GMN 6201 has 7 elements and bpfo 2\.553.*NTN 6201.*2\.6 % apart"):
        find_bearing("6201-2RS")
    # 2.62 / 2.5529 = 1.026; where the maker is one of them it is found.
    assert find_bearing("NTN 6201").bpfo == 2.62
    assert find_bearing("GMN 6201").bpfo == pytest.approx(2.553, abs=1e-3)
    with pytest.raises(EntryError, match="is not one bearing"):
        find_bearing("SNR 6201")  # no row of that maker


def test_what_is_taken_for_one_bearing_can_be_reached_by_the_search_for_slip():
    assert SLIPS.max() + 1e-12 >= SAME
    assert SLIPS.min() + SAME <= -0.01  # half of the slips that are met remain


def test_an_unknown_bearing_is_refused_with_those_nearest_to_it():
    with pytest.raises(EntryError) as refused:
        find_bearing("6219-2RS")
    assert "62" in refused.value.wanted
    assert "bpfo" in refused.value.fix


@pytest.mark.parametrize("text", ["", "SKF", "-", "S 6005", "6"])
def test_what_names_no_bearing_finds_none(text):
    with pytest.raises(EntryError, match="is not in the catalogue"):
        find_bearing(text)


def test_a_part_of_a_name_finds_all_that_have_it():
    rows = rows_named("62")
    assert {row.designation for row in rows} >= {"6203", "6205", "S 6200 C"}
    assert all("62" in row.name for row in rows)
    assert [row.name for row in rows_named("6203-2RS")] == [
        f"{maker} 6203" for maker in ("SKF", "GMN", "NSK", "FAG", "IBU", "MTK")
    ]
    with pytest.raises(EntryError):
        rows_named("  ")


def test_of_several_makers_the_first_row_stands():
    assert bearings()["6205"] == catalogue()["SKF 6205"].orders
    assert len(bearings()) == len({row.designation for row in catalogue().values()})


def test_two_makers_of_one_size_agree_where_their_balls_do():
    # GMN prints geometry, Timken printed orders: 6203, 6204, 6206 and 6207 are 203K, 204K, 206K and 207K.
    for ours, theirs in (("6203", "203K"), ("6204", "204K"), ("6206", "206K"), ("6207", "207K")):
        one, two = catalogue()[f"GMN {ours}"].orders, catalogue()[f"Timken {theirs}"].orders
        np.testing.assert_allclose(
            (one.bpfo, one.bpfi, one.bsf, one.ftf), (two.bpfo, two.bpfi, two.bsf, two.ftf), atol=6e-4
        )


def test_the_page_counts_what_the_catalogue_has():
    page = Path(__file__).parents[2].joinpath("docs/reference/bearings.md").read_text(encoding="utf-8")
    rows, kinds = len(catalogue()), len(bearings())
    assert f"{rows} rows for {kinds} designations" in page
    of = {key: sum(row["source"] == key for row in WRITTEN.values()) for key in ("gmn-spindle", "gmn-groove")}
    timken = sum(row["source"] == "timken-a9" for row in WRITTEN.values())
    told = [int(count) for count in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]
    assert told == [of["gmn-spindle"], of["gmn-groove"], timken, rows - sum(of.values()) - timken]
