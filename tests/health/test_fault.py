"""Fault modes: TOML files with all that a work order needs."""

import re

import pytest

from arkwright.core.errors import EntryError
from arkwright.health.fault import faults, read_fault

LEAST = """
title = "Replace it"
title_zh = "更换"
summary = "It broke."
remedy = "Replace it."
failure_mode = "BRD"
failure_mechanism = "2.5"
activity = "1"
duration_h = 2
[within_h]
watch = 100
act = 10
stop = 1
"""


def test_a_file_of_the_least_fields_is_a_fault_mode():
    fault = read_fault("broken", LEAST)
    assert (fault.name, fault.duration_h, fault.lead_time_h, fault.spares) == ("broken", 2.0, 0.0, ())
    assert fault.within_h == {"watch": 100.0, "act": 10.0, "stop": 1.0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title_zh = "更换"', "", "title_zh is not stated"),
        ('remedy = "Replace it."', 'remedy = " "', "remedy is not stated"),
        ("duration_h = 2", "duration_h = -2", "duration_h is -2"),
        ("duration_h = 2", 'duration_h = "2"', "duration_h is '2'"),
        ("act = 10\n", "", "within_h has watch, stop"),
        ("act = 10", "act = 200", "less time the worse the band"),
        ('title = "Replace it"', 'titel = "Replace it"', "field 'titel'"),
        ("[within_h]", "[within_h", "broken.toml"),
    ],
)
def test_a_fault_mode_that_is_not_well_formed_is_named(old, new, words):
    assert old in LEAST
    with pytest.raises(EntryError) as caught:
        read_fault("broken", LEAST.replace(old, new))
    assert words in str(caught.value)
    assert "faults/broken.toml" in str(caught.value)


@pytest.mark.parametrize("name", sorted(faults()))
def test_every_fault_mode_speaks_to_a_fitter_and_carries_codes(name):
    fault = faults()[name]
    assert re.search(r"[\u4e00-\u9fff]", fault.title_zh)
    assert len(re.findall(r"[\u4e00-\u9fff]", fault.remedy_zh)) > 10
    assert re.fullmatch(r"[A-Z]{3}", fault.failure_mode), "ISO 14224:2016, B.6: three letters"
    assert re.fullmatch(r"[1-6]\.\d", fault.failure_mechanism), "ISO 14224:2016, B.2: 1.0 to 6.4"
    assert re.fullmatch(r"1?\d", fault.activity), "ISO 14224:2016, B.5: 1 to 12"
    assert 1 <= int(fault.activity) <= 12
    assert fault.duration_h > 0
    assert len(fault.remedy) > 40
    assert fault.references
    assert all(set(re.findall(r"{(\w+)}", spare)) <= {"bearing", "location"} for spare in fault.spares)
