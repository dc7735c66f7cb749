"""What refuses a record and what only gives reason to doubt it."""

import numpy as np
import pytest

from arkwright.kits.quality import record_doubts, record_flaws

FS = 12_000.0


def noise(n=60_000, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def test_a_sound_record_has_neither_flaws_nor_doubts():
    x = noise() + np.sin(2 * np.pi * 30.0 * np.arange(60_000) / FS)
    assert record_flaws(x) == []
    assert record_doubts(x, FS, 30.0, {"fan end": noise(seed=1)}) == ()


def test_every_doubt_says_what_in_both_languages_with_its_figures():
    t = np.arange(60_000) / FS
    shaft = sum(0.4 * np.sin(2 * np.pi * k * 29.3 * t + k) for k in range(1, 13))
    spoilt = {
        "clipping": np.clip(noise(), -3.2, 3.2),
        "dropout": np.where((t > 1) & (t < 1.02), 0.0, noise()),
        "resolution": np.rint(noise() * 3),
        "bias": noise() + 40.0,
        "saturation": noise() + np.where(t > 1, 20 * np.exp(-(t - 1) / 0.4), 0.0),
        "rate": np.repeat(noise(30_000), 2),
        "supply": noise() + np.sin(2 * np.pi * 100 * t),
        "interference": noise() + shaft + np.sin(2 * np.pi * 3333.3 * t),
        "duplicate": noise(seed=1),
    }
    for kind, x in spoilt.items():
        doubts = record_doubts(x, FS, 29.3, {"fan end": noise(seed=1)})
        assert [doubt.kind for doubt in doubts] == [kind]
        assert doubts[0].figures
        assert any(c.isdigit() for c in doubts[0].text_zh) or kind == "duplicate"
        assert record_flaws(x) == []


def test_a_tone_of_ten_bits_at_half_a_hertz_is_not_refused_as_clipped():
    # Its top step holds 2.8 % of the samples, the next one 1.2 %.
    x = np.rint(511.9 * np.sin(np.pi * np.arange(120_000) / FS) + 0.45 * noise(120_000))
    assert record_flaws(x) == []


def test_a_record_with_flaws_is_refused_and_not_doubted():
    clipped = np.clip(noise(), -1.0, 1.0)
    assert "at the rail" in record_flaws(clipped)[0]
    assert record_doubts(clipped, FS) == ()
    assert record_doubts(np.zeros(0), FS) == ()


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_no_record_of_the_benchmark_is_refused_and_few_are_doubted(shared_data, every):
    n_records = n_doubted = 0
    for path in sorted((shared_data / "diagnosis").glob("*/*.npz"))[::every]:
        for x in np.load(path).values():
            record = np.asarray(x, np.float64).ravel()
            assert record_flaws(record) == [], path.name
            n_records += 1
            n_doubted += bool(record_doubts(record, FS))
    assert n_records > 180 / every
    assert n_doubted <= 0.05 * n_records


@pytest.mark.parametrize(
    ("name", "channel", "rate_hz", "kind"),
    [
        ("1772_B_7_FE", "FE", 12_000.0, "dropout"),  # holds 0.17 and 0.23 in turn for 30 ms at 1.3 s
        ("1797_ORat12_7_FE", "FE", 12_000.0, "clipping"),  # 14 samples at 0.6658
        ("1797_ORat6_14_DE48", "DE", 48_000.0, "bias"),  # from 0.49 g down to 0.32 g in five seconds
        ("1797_Normal", "FE", 48_000.0, "interference"),  # 8408.6 Hz: Smith & Randall name lines near 4.2 kHz
    ],
)
def test_what_is_wrong_with_records_of_the_benchmark_is_said(shared_data, name, channel, rate_hz, kind):
    x = np.asarray(np.load(shared_data / f"diagnosis/cwru/{name}.npz")[channel], np.float64).ravel()
    shaft_hz = float(name.split("_")[0]) / 60
    assert [doubt.kind for doubt in record_doubts(x, rate_hz, shaft_hz)] == [kind]
