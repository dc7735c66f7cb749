"""What every test of one record must keep: each test here runs for all that are found."""

import ast
import copy
import inspect
import json
import math
import pickle
import re
import time
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import pytest

from arkwright.core.catalog import Check, find_entries
from arkwright.core.finding import BANDS
from arkwright.core.plant import Asset
from arkwright.core.quantity import find_quantity
from arkwright.health import ask as room
from arkwright.health.ask import ask
from arkwright.health.examine import checks
from arkwright.health.fault import faults
from arkwright.health.record_base import MOST_NAMES
from arkwright.health.symptom import Record, Told
from arkwright.kits.quality import record_flaws

ALL = room.tests()
RATE_HZ, SPEED_RPM, SECONDS = 10_000.0, 1480.0, 1.6


def asset_of(test):
    """An asset whose nameplate states what the test needs, and what places a vibration in a zone."""
    plate = {"rated_power_kw": 30.0, "support": "rigid", "rated_speed_rpm": SPEED_RPM}
    return Asset("X", nameplate={**plate, **test.example}, bearings={"DE": "6205"})


def record_of(test, samples, **more):
    known = {"rate_hz": RATE_HZ, "quantity": test.quantity, "speed_rpm": SPEED_RPM, "location": "DE"}
    return Record(np.asarray(samples, np.float64), **(known | more))


def noise(seed, colour=0.0, n=16_000):
    """Gaussian noise whose power falls with frequency to the power of ``colour``."""
    lines = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    lines[1:] *= np.arange(1, len(lines)) ** (-colour / 2)
    x = np.fft.irfft(lines, n)
    return x / x.std()


def healthy(test, seed):
    """A record of something sound: noise of some colour; a supply's sine under a current."""
    x = noise(seed, (0.0, 1.0, 0.5)[seed % 3])
    if test.quantity == "current":
        line_hz = asset_of(test).rated("line_hz") or asset_of(test).rated("supply_hz") or 50.0
        x = 10.0 * math.sqrt(2) * np.sin(2 * np.pi * line_hz * np.arange(len(x)) / RATE_HZ + seed) + 0.05 * x
    return x


@cache
def answers(name, n):
    """What the test says of so many sound records."""
    test = ALL[name]
    return [ask(test, record_of(test, healthy(test, seed)), asset_of(test)) for seed in range(n)]


def shaken(test, seed):
    """A record in which everything shakes: halves and multiples of the shaft's speed, high up, and knocks."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(RATE_HZ * SECONDS)) / RATE_HZ
    orders = rng.choice([0.25, 1 / 3, 0.43, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 12, 20, 23], 6, replace=False)
    x = 0.05 * noise(seed)
    for order in orders:
        hz = order * SPEED_RPM / 60
        x += rng.uniform(0.5, 6.0) * 1e-3 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * t + rng.uniform(0, 6))
    return x


@pytest.fixture(params=sorted(ALL))
def test(request):
    return ALL[request.param]


def test_it_says_what_it_is_and_what_it_needs(test):
    assert test.title
    assert len(test.summary) > 60
    assert test.references
    find_quantity(test.quantity)
    assert test.causes
    assert set(test.causes) <= set(faults()), "every cause is a fault mode: health/faults/NAME.toml"
    assert all(len(text) > 5 for text in (*test.plate.values(), *test.also.values()))
    assert set(test.plate) <= set(test.example), "each field of the nameplate has an example"
    assert set(test.example) <= {*test.plate, *test.also}
    assert 0 < test.false_rate <= 0.15  # the worst is one clamp on a motor, and it then takes more records


def test_its_check_is_made_of_it_and_stands_beside_it(test):
    check = checks()[test.name]
    assert isinstance(check, Check)
    assert test.title == check.title or check.summary


def test_it_goes_to_a_worker_and_back(test):
    again = pickle.loads(pickle.dumps(test))
    assert (again.name, again.judge) == (test.name, test.judge)


def unfit(test):
    """Records that nobody can judge, each with the word that must be in the refusal."""
    n = round(RATE_HZ * SECONDS)
    x = healthy(test, 0)
    holed = x.copy()
    holed[100:120] = np.nan
    return {
        "silence": (record_of(test, np.zeros(n)), "constant"),
        "constant": (record_of(test, np.full(n, 3.3)), "constant"),
        "holes": (record_of(test, holed), "not numbers"),
        "infinite": (record_of(test, np.where(np.arange(n) == 7, np.inf, x)), "not numbers"),
        "empty": (record_of(test, x[:0]), "0 samples"),
        "one sample": (record_of(test, x[:1]), "1 sample"),
        "short": (record_of(test, x[:50]), ""),
        "clipped": (record_of(test, np.clip(x, *np.quantile(x, (0.2, 0.8)))), "clipped"),
        "no rate": (record_of(test, x, rate_hz=0.0), "sample rate"),
        "rate is no number": (record_of(test, x, rate_hz=float("nan")), "sample rate"),
        "another quantity": (record_of(test, x, quantity="pressure"), "pressure"),
    }


UNFIT = ("silence", "constant", "holes", "infinite", "empty", "one sample", "short", "clipped", "no rate",
         "rate is no number", "another quantity")  # fmt: skip


@pytest.mark.parametrize("kind", UNFIT)
def test_what_cannot_be_judged_is_refused_by_name(test, kind):
    record, word = unfit(test)[kind]
    told = ask(test, record, asset_of(test))
    assert not told.symptoms
    assert told.missing
    assert word in "; ".join(told.missing)


@pytest.mark.parametrize("speed", [None, 0.0, float("nan"), float("inf"), -1480.0])
def test_a_speed_that_is_none_is_refused_where_it_is_needed(test, speed):
    told = ask(test, record_of(test, healthy(test, 0), speed_rpm=speed), asset_of(test))
    assert not test.needs_speed or any("speed" in text for text in told.missing)
    well_formed(test, told)


@pytest.mark.parametrize("speed", [31.0, 90_000.0, 6e5, 1e12])
def test_a_speed_that_the_record_does_not_reach_is_no_error(test, speed):
    well_formed(test, ask(test, record_of(test, healthy(test, 0), speed_rpm=speed), asset_of(test)))


def test_no_unit_is_no_error(test):
    well_formed(test, ask(test, record_of(test, healthy(test, 0), has_unit=False), asset_of(test)))
    well_formed(test, ask(test, record_of(test, shaken(test, 0), has_unit=False), asset_of(test)))


def test_a_nameplate_that_states_nothing_names_each_field(test):
    told = ask(test, record_of(test, healthy(test, 0)), Asset("X"))
    for name in test.plate:
        assert any(name in text for text in told.missing)
    well_formed(test, told)


@pytest.mark.parametrize("value", ["many", 0.0, -1.0, 1e9])
def test_a_nameplate_that_states_nonsense_is_no_error(test, value):
    plate = dict.fromkeys({*test.plate, *test.also, "rated_power_kw", "support", "rated_speed_rpm"}, value)
    well_formed(test, ask(test, record_of(test, shaken(test, 1)), Asset("X", nameplate=plate)))


def test_one_that_needs_a_base_shows_nothing_without_and_counts_what_it_follows(test):
    if test.needs_base:
        for seed in range(4):
            told = ask(test, record_of(test, shaken(test, seed)), asset_of(test))
            assert not told.symptoms
            assert told.missing or told.descriptors


@pytest.mark.parametrize("spread", [0.0, 1e-12, 1e12])
def test_any_base_is_taken(test, spread):
    asset = asset_of(test)
    told = ask(test, record_of(test, healthy(test, 1)), asset)
    for level in (0.0, 1e-9, 1e9):
        base = dict.fromkeys(told.descriptors, (level, spread))
        record = record_of(test, shaken(test, 2), at_speeds=((700.0, base), (1480.0, base)))
        well_formed(test, ask(test, record, asset, base))


def test_beside_a_silent_probe_and_a_broken_one_it_answers(test):
    x = shaken(test, 3)
    for other in (np.zeros_like(x), np.full_like(x, np.nan), x, -x):
        well_formed(test, ask(test, record_of(test, x, beside={"DE.y": other, "NDE": other}), asset_of(test)))


def test_any_pulses_are_taken(test):
    x = shaken(test, 4)
    turns = np.arange(0.0, SECONDS, 60 / SPEED_RPM)
    for pulses in (turns, turns[:0], turns[:1], turns[::-1], np.full(9, np.nan), turns * 1e-6):
        well_formed(test, ask(test, record_of(test, x, tacho_s=pulses), asset_of(test)))


def well_formed(test, told):
    assert isinstance(told, Told)
    assert len(told.descriptors) < MOST_NAMES
    assert all(isinstance(v, float) and math.isfinite(v) for v in told.descriptors.values()), told.descriptors
    assert not (told.symptoms and told.missing)
    assert all(len(text) > 5 for text in told.missing)
    confidence = [s.confidence for s in told.symptoms]
    assert confidence == sorted(confidence, reverse=True)
    for symptom in told.symptoms:
        assert symptom.cause in test.causes
        assert 0 < symptom.confidence <= 1
        assert symptom.band in BANDS[1:]
        assert symptom.text.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]", symptom.text_zh)
        assert symptom.text_zh.endswith("。")
        assert not all(e.against for e in symptom.evidence)
    proofs = [*told.against, *(e for s in told.symptoms for e in s.evidence)]
    assert all(proof.text.endswith(".") for proof in proofs)
    assert all(proof.against for proof in told.against)
    text = json.dumps([asdict(proof) for proof in proofs], allow_nan=False)
    assert len(text) < 300_000, "evidence is kept for years"


def test_what_it_says_of_a_record_in_which_everything_shakes_is_well_formed(test):
    for seed in range(12):
        well_formed(test, ask(test, record_of(test, shaken(test, seed)), asset_of(test)))


def test_what_it_says_of_sound_records_is_well_formed(test):
    for told in answers(test.name, 50):
        well_formed(test, told)


def test_sound_records_show_nothing_more_often_than_stated(test):
    n = 50
    false = sum(bool(told.symptoms) for told in answers(test.name, n))
    # Three deviations of a binomial above what is stated.
    assert false <= n * test.false_rate + 3 * math.sqrt(n * test.false_rate * (1 - test.false_rate))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_hundreds_of_sound_records_show_nothing_more_often_than_stated(test):
    n = 300
    false = sum(bool(told.symptoms) for told in answers(test.name, n))
    assert false <= n * test.false_rate + 3 * math.sqrt(n * test.false_rate * (1 - test.false_rate))


def test_the_same_record_gives_the_same_answer_and_is_not_touched(test):
    for x in (healthy(test, 5), shaken(test, 5)):
        record, asset = record_of(test, x), asset_of(test)
        kept = x.copy()
        first = ask(test, record, asset)
        assert ask(test, record, copy.deepcopy(asset)) == first
        assert np.array_equal(record.samples, kept)


def test_a_scale_without_a_unit_changes_nothing(test):
    """Counts of a converter and volts are the same record: no level may matter where no unit is declared."""
    x = shaken(test, 6)
    one = ask(test, record_of(test, x, has_unit=False), asset_of(test))
    two = ask(test, record_of(test, 1000.0 * x, has_unit=False), asset_of(test))
    assert [s.cause for s in one.symptoms] == [s.cause for s in two.symptoms]


def test_it_is_quick(test):
    """A route of 500 records of 10 s in two minutes on two cores leaves half a second a record for all."""
    x = np.tile(healthy(test, 0), 7)[:120_000]
    record = record_of(test, x, rate_hz=12_000.0)
    assert not record_flaws(x)
    ask(test, record, asset_of(test))
    before = time.process_time()
    ask(test, record, asset_of(test))
    assert time.process_time() - before < 0.5


def test_there_is_no_branch_on_a_name_of_an_asset(test):
    """Nothing is tuned to one plant: an asset's own name and title never reach a verdict."""
    asset = asset_of(test)
    other = replace(asset, name="Y", title="Another", title_zh="另一个")
    for seed in (7, 8):
        record = record_of(test, shaken(test, seed))
        assert ask(test, record, asset) == ask(test, record, other)


def test_causes_that_are_written_are_the_causes_that_are_stated(test):
    tree = ast.parse(inspect.getsource(inspect.getmodule(test.judge)))
    named = [
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Symptom" and n.args
    ]
    written = {call.args[0].value for call in named if isinstance(call.args[0], ast.Constant)}
    assert written <= set(faults())


NEW_TEST = """
from arkwright.core.finding import Evidence
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Symptom, Test, Told


def _judge(record, asset, base):
    return Told({"peak": float(abs(record.samples).max())})


TEST = Test("knock", "Knocks", "Hears a knock.", "acceleration", ("looseness",), _judge)
CHECK = record_check(TEST)
"""


def test_a_new_family_of_faults_is_one_new_file(tmp_path, monkeypatch):
    import importlib

    from arkwright.health.symptom import Test

    home = tmp_path / "newtests"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "knock.py").write_text(NEW_TEST)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert list(find_entries("newtests", "TEST", Test)) == ["knock"]
    assert list(find_entries("newtests", "CHECK", Check)) == ["knock"]
