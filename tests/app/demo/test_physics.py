"""The physics of the demo works obeys its balances and the frequencies of the literature."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.app.demo.physics import coke, furnace, machining, sinter, traction, train
from arkwright.app.demo.physics.bearing import BearingGeometry, defect_order, impact_turns, impact_weights
from arkwright.app.demo.physics.drift import approach, wander
from arkwright.app.demo.physics.thermal import Network, ground_heat, step_network, stored_heat
from arkwright.app.demo.physics.vibration import Condition, Line, Mode, Point, record, velocity_rms

SKF_6205 = BearingGeometry(9, 7.940, 39.04)
POINT = Point(SKF_6205, (Mode(3400.0, 0.035, 1.0),), (Line(1.0, 1.0), Line(2.0, 0.4)))
RATE_HZ, N = 25600.0, 40960


def squared_envelope(signal: np.ndarray, low_hz: float, high_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies and magnitude spectrum of the squared envelope in a band."""
    spectrum, freq = np.fft.fft(signal), np.fft.fftfreq(len(signal), 1 / RATE_HZ)
    spectrum[(freq < low_hz) | (freq > high_hz)] = 0
    envelope = np.abs(np.fft.ifft(2 * spectrum)) ** 2
    return np.fft.rfftfreq(len(signal), 1 / RATE_HZ), np.abs(np.fft.rfft(envelope - envelope.mean()))


def strongest_line(record_g: np.ndarray, low_hz: float, high_hz: float) -> tuple[float, float]:
    """Frequency of the strongest envelope line in a range, and its height over the median there."""
    freq, height = squared_envelope(record_g, 2400.0, 4400.0)
    inside = (freq > low_hz) & (freq < high_hz)
    at = int(np.argmax(height[inside]))
    return float(freq[inside][at]), float(height[inside][at] / np.median(height[inside]))


def test_defect_orders_are_those_published_for_the_6205():
    # CWRU bearing data center: multiples of running speed of the drive-end 6205-2RS JEM SKF.
    published = {"outer_race": 3.5848, "inner_race": 5.4152, "ball": 4.7135, "cage": 0.39828}
    for defect, order in published.items():
        assert defect_order(SKF_6205, defect) == pytest.approx(order, rel=2e-4)


def test_the_races_share_the_rollers_between_them():
    both = defect_order(SKF_6205, "outer_race") + defect_order(SKF_6205, "inner_race")
    assert both == pytest.approx(SKF_6205.n_balls)


@given(seed=st.integers(0, 10_000), slip=st.floats(0.0, 0.02))
@settings(max_examples=20, deadline=None)
def test_impact_rate_is_the_defect_rate_less_slip(seed: int, slip: float):
    turns = impact_turns(SKF_6205, "outer_race", 400.0, slip, np.random.default_rng(seed))
    rate = (len(turns) - 1) / (turns[-1] - turns[0])
    assert rate == pytest.approx(defect_order(SKF_6205, "outer_race") * (1 - slip), rel=2e-3)


def test_an_inner_race_defect_is_modulated_by_the_shaft_and_an_outer_one_is_not():
    turns = np.linspace(0, 4, 4001)
    outer = impact_weights(SKF_6205, "outer_race", turns, 0.0)
    inner = impact_weights(SKF_6205, "inner_race", turns, 0.0)
    assert np.ptp(outer) == 0
    assert inner[1000] == pytest.approx(inner[0])
    assert inner[500] < 0.2 * inner[0]


@pytest.mark.parametrize("defect", ["outer_race", "inner_race", "ball"])
def test_a_small_defect_shows_at_its_own_frequency_while_the_velocity_does_not_move(defect):
    speed_rpm = 1475.0
    expected_hz = defect_order(SKF_6205, defect) * speed_rpm / 60
    sound = record(POINT, Condition(), speed_rpm, RATE_HZ, N, np.random.default_rng(1))
    ill = record(POINT, Condition(defect, 0.12), speed_rpm, RATE_HZ, N, np.random.default_rng(1))
    found_hz, over = strongest_line(ill.acceleration_g, 0.95 * expected_hz, 1.05 * expected_hz)
    assert found_hz == pytest.approx(expected_hz * 0.993, rel=0.006)  # slip is 0.4 to 1.0 %
    assert 20 * math.log10(over) > 18
    assert ill.velocity_mm_s == pytest.approx(sound.velocity_mm_s, rel=0.05)


def test_a_sound_bearing_has_no_line_at_any_defect_frequency():
    for seed in range(8):
        sound = record(POINT, Condition(), 1475.0, RATE_HZ, N, np.random.default_rng(seed))
        for defect in ("outer_race", "inner_race", "ball"):
            at_hz = defect_order(SKF_6205, defect) * 1475 / 60
            freq, height = squared_envelope(sound.acceleration_g, 2400.0, 4400.0)
            near = (freq > 0.985 * at_hz) & (freq < 1.002 * at_hz)
            around = (freq > 0.8 * at_hz) & (freq < 1.2 * at_hz)
            assert 20 * math.log10(height[near].max() / np.median(height[around])) < 14


def test_a_grown_spall_raises_the_velocity_at_last():
    velocity = [
        record(POINT, Condition("outer_race", s), 1475.0, RATE_HZ, N, np.random.default_rng(2)).velocity_mm_s
        for s in (0.0, 0.3, 1.0)
    ]
    assert velocity[1] < 1.2 * velocity[0]
    assert velocity[2] > 3 * velocity[0]


def test_velocity_of_a_pure_tone_is_the_analytic_one():
    seconds = np.arange(N) / RATE_HZ
    tone_g = 0.5 * np.cos(2 * np.pi * 160.0 * seconds)
    velocity = velocity_rms(np.fft.rfft(tone_g), np.fft.rfftfreq(N, 1 / RATE_HZ), N)
    assert velocity == pytest.approx(0.5 * 9806.65 / (2 * np.pi * 160) / math.sqrt(2), rel=1e-6)


def test_unbalance_adds_its_own_velocity_at_the_first_order_only():
    plain = Point(SKF_6205, (Mode(3400.0, 0.035, 1.0),), (Line(1.0, 1.0),), noise_g=0.001)
    ill = record(plain, Condition(unbalance_mm_s=4.0), 1475.0, RATE_HZ, N, np.random.default_rng(3))
    assert ill.velocity_mm_s == pytest.approx(5.0, rel=0.1)


def test_the_same_seed_gives_the_same_record():
    one = record(POINT, Condition("ball", 0.3), 1475.0, RATE_HZ, N, np.random.default_rng(5))
    two = record(POINT, Condition("ball", 0.3), 1475.0, RATE_HZ, N, np.random.default_rng(5))
    assert np.array_equal(one.acceleration_g, two.acceleration_g)


@given(
    temps=st.lists(st.floats(-20, 200), min_size=3, max_size=3),
    heat=st.lists(st.floats(0, 5000), min_size=3, max_size=3),
    dt_s=st.floats(0.05, 5000),
)
@settings(max_examples=50, deadline=None)
def test_a_thermal_network_stores_what_it_is_given_less_what_leaves(temps, heat, dt_s):
    network = Network((900.0, 4000.0, 250.0), ((0, 1, 12.0), (1, 2, 3.0)), ((1, 7.0, 20.0), (2, 2.0, 45.0)))
    before, given_w = np.array(temps), np.array(heat)
    after = step_network(network, before, given_w, dt_s)
    left_j = float(ground_heat(network, after).sum()) * dt_s
    stored_j = stored_heat(network, after) - stored_heat(network, before)
    assert stored_j == pytest.approx(float(given_w.sum()) * dt_s - left_j, rel=1e-6, abs=1e-2)


@given(
    speed=st.floats(50, 4000),
    torque=st.floats(-900, 950),
    winding=st.floats(20, 180),
    magnet=st.floats(20, 140),
)
@settings(max_examples=50, deadline=None)
def test_electric_power_is_shaft_power_and_losses(speed, torque, winding, magnet):
    point = traction.drive(speed, torque, winding, magnet)
    losses = point.copper_w + point.iron_w + point.magnet_w + point.friction_w
    assert point.electric_w == pytest.approx(point.shaft_w + losses, rel=1e-9)
    assert min(point.copper_w, point.iron_w, point.magnet_w, point.friction_w) >= 0


def test_a_hot_magnet_needs_more_current_for_the_same_torque():
    assert traction.drive(1000, 800, 80, 120).current_a > traction.drive(1000, 800, 80, 40).current_a


def settle_bench(flow_l_min: float, seconds: int) -> traction.BenchState:
    state = traction.BenchState()
    for _ in range(seconds):
        state = traction.step_bench(state, 1.0, flow_l_min)
    return state


def test_over_many_runs_the_bench_gives_its_losses_to_coolant_and_shop():
    state = settle_bench(16.0, 3600)
    before, heat_j, left_j = state, 0.0, 0.0
    for _ in range(1200):  # ten runs of 120 s
        point = traction.drive(*traction.demand(state.cycle_s), state.temps_c[0], state.temps_c[2])
        heat_j += point.copper_w + point.iron_w + point.magnet_w + point.friction_w
        state = traction.step_bench(state, 1.0, 16.0)
        left_j += float(ground_heat(traction.cooling(16.0), np.array(state.temps_c)).sum())
    stored_j = stored_heat(traction.cooling(16.0), np.array(state.temps_c) - np.array(before.temps_c))
    assert left_j + stored_j == pytest.approx(heat_j, rel=1e-9)


def test_losing_coolant_overheats_the_winding_within_minutes():
    sound, ill = settle_bench(16.0, 1800), settle_bench(2.3, 1800)
    assert sound.temps_c[0] < 120
    assert ill.temps_c[0] > sound.temps_c[0] + 40


def test_the_furnace_balances_every_element():
    state, blast = furnace.Furnace(), furnace.Blast()
    flow = furnace.streams(state, blast)
    ore_oxygen = 1.5 * flow.iron + 2 * flow.silica
    carbon_in = flow.metal_t_h * (state.coke_kg_t * 0.875 + state.coal_kg_t * 0.79 - 45.0) / 12.011
    assert 2 * flow.oxygen + flow.steam_in + ore_oxygen == pytest.approx(
        flow.co + 2 * flow.co2 + flow.steam_out
    )
    assert carbon_in == pytest.approx(flow.co + flow.co2)
    assert flow.steam_in + flow.coal_hydrogen == pytest.approx(flow.h2 + flow.steam_out)


def test_the_furnace_balances_heat_and_runs_as_furnaces_do():
    state, blast = furnace.Furnace(), furnace.Blast()
    flow = furnace.streams(state, blast)
    heat = furnace.heat(state, blast, flow)
    assert heat.supply == pytest.approx(heat.demand + heat.stave_loss + heat.stored + heat.top_gas, rel=1e-12)
    assert 100 < heat.top_c < 250
    assert 140 < flow.metal_t_h < 170
    assert 0.44 < flow.co2 / (flow.co + flow.co2) < 0.52  # gas utilisation of a good furnace
    assert 1050 < blast.volume_nm3_h / flow.metal_t_h < 1250  # Nm3 of blast a tonne


def test_a_hotter_hearth_follows_from_hotter_blast():
    state = furnace.Furnace()
    warm = furnace.step_furnace(state, furnace.Blast(temp_c=1220.0), 600.0, (0.0,) * 8, (0.0,) * 11)
    cool = furnace.step_furnace(state, furnace.Blast(temp_c=1100.0), 600.0, (0.0,) * 8, (0.0,) * 11)
    assert warm.metal_c > cool.metal_c


def test_a_lost_skull_multiplies_the_heat_flux_of_its_stave_only():
    state = furnace.Furnace()
    lost = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    for _ in range(900):
        state = furnace.step_furnace(state, furnace.Blast(), 1.0, lost, (0.0,) * 11)
    assert state.staves_kw_m2[4] > 80
    assert max(state.staves_kw_m2[:4] + state.staves_kw_m2[5:]) < 25


def test_coke_takes_the_heat_its_flues_give():
    cake, water = np.array([20.0, 95.0, 500.0]), np.array([2000.0, 2000.0, 0.0])
    after, left, heat_j = coke.heat_cakes(cake, water, np.full(3, 1290.0), 900.0)
    warmed_j = (after - cake) * coke.COAL_KG * coke.COAL_J_KG_K
    dried_j = (water - left) * coke.WATER_J_KG
    assert warmed_j + dried_j == pytest.approx(heat_j)
    assert after[1] == pytest.approx(100.0)


def test_ovens_are_pushed_hot_after_their_coking_time():
    battery = coke.start_battery()
    for _ in range(1200):
        battery = coke.step_battery(battery, 120.0, coke.firing_for(battery, 1290.0), np.zeros(24))
    assert 1000 < battery.last_push_c < 1100  # a cake is done at 1000 to 1100 degC
    assert battery.flue_c == pytest.approx(1290.0, abs=5)


def test_a_cold_flue_pushes_raw_coke():
    offsets = np.zeros(24)
    offsets[6] = -190.0
    battery, pushes = coke.start_battery(), []
    for _ in range(1200):
        battery = coke.step_battery(battery, 120.0, coke.firing_for(battery, 1290.0), offsets)
        pushes.append(battery.last_push_c)
    assert min(pushes) < 950


def test_a_sinter_strand_burns_through_where_the_keeper_wants_it_until_its_seals_leak():
    strand = sinter.Strand()
    for _ in range(1800):
        strand = sinter.step_strand(strand, 1.0, 0.0, (0.0, 0.0))
    assert sinter.burn_through_m(strand, sinter.suction_mbar(strand)) == pytest.approx(45.5, abs=0.2)
    sound_gas = sinter.waste_gas_nm3_h(strand)
    for _ in range(120):
        strand = sinter.step_strand(strand, 1.0, 0.8, (0.0, 0.0))
    assert sinter.burn_through_m(strand, sinter.suction_mbar(strand)) > 48
    assert sinter.waste_gas_nm3_h(strand) > sound_gas


def test_the_strand_loses_no_mass():
    strand = sinter.Strand()
    assert sum(sinter.mass_split(strand)) == pytest.approx(sinter.mix_t_h(strand))


def test_kienzle_power_of_a_cut_done_by_hand():
    # Chip 1150 / 2400 / 4 = 0.1198 mm; kc = 1780 x 0.1198^-0.26 = 3092 N/mm2;
    # Q = 9 x 9 x 1150 = 93150 mm3/min.
    block = machining.Block(machining.HOME, 4, 1150.0, 2400.0, 9.0, 9.0)
    power_kw = machining.cutting_power(block, machining.TOOLS[4], 0.0)
    assert power_kw == pytest.approx(93150 * 3092 / 6e7, rel=2e-3)


def test_a_worn_cutter_loads_the_spindle_more():
    block = machining.Block(machining.HOME, 4, 1150.0, 2400.0, 9.0, 9.0)
    sharp, worn = (machining.cutting_power(block, machining.TOOLS[4], wear) for wear in (0.0, 0.5))
    assert worn > 2 * sharp


def run_machine(seconds: float) -> list[machining.Machine]:
    state, program, seen = machining.Machine(), machining.axle_box_program(), []
    for _ in range(int(seconds / 0.5)):
        state = machining.step_machine(state, 0.5, program, {})
        seen.append(state)
    return seen


def test_the_machine_makes_a_part_with_all_its_tools_and_waits_for_the_next():
    seen = run_machine(430.0)
    assert {s.tool for s in seen} == set(machining.TOOLS)
    assert {s.execution for s in seen} == {"READY", "ACTIVE", "PROGRAM_COMPLETED"}
    assert seen[-1].parts == 2
    assert all(wear <= machining.WORN_MM for s in seen for _, wear in s.wear_mm)


def test_axes_never_outrun_their_rapids():
    for state in run_machine(200.0):
        assert all(
            abs(v) <= r * (1 + 1e-9) for v, r in zip(state.axis_speed, machining.RAPID_PER_MIN, strict=True)
        )


def test_a_pump_runs_where_its_curve_meets_the_system():
    design = train.TrainDesign(150.0, 3.3e5, 22.0, 1470.0, 1500.0, 998.0, 1.3e5)
    point = train.duty(design, train.TrainState())
    assert point.flow_m3_h == pytest.approx(150.0)
    hydraulic_kw = point.flow_m3_h / 3600 * (point.discharge_pa - point.suction_pa) / 1000
    assert hydraulic_kw / point.shaft_kw == pytest.approx(design.best_efficiency)
    assert design.rated_speed_rpm < point.speed_rpm < design.synchronous_rpm


def test_wandering_in_small_steps_is_wandering_in_one():
    rng = np.random.default_rng(0)
    values, value = [], 0.0
    for draw in rng.standard_normal(40_000):
        value = wander(value, 1.0, 20.0, 3.0, float(draw))
        values.append(value)
    assert np.std(values) == pytest.approx(3.0, rel=0.05)
    assert approach(approach(0.0, 1.0, 3.0, 10.0), 1.0, 4.0, 10.0) == pytest.approx(
        approach(0.0, 1.0, 7.0, 10.0)
    )
