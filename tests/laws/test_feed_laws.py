"""Laws of the feed: whatever is done in whatever order, it is as a simple model of it says."""

import itertools
import multiprocessing
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.app.troubles import DAY, FAULTS, HOUR, NOW, SITE, found, hire, over
from tests.laws.pressing import press
from tests.ledgers import ENGINES, fresh_ledger_url

from arkwright.app.uses import approve, defer, move, offer, ranked, reject, reopen
from arkwright.core.errors import FeedError
from arkwright.core.work import MOVES
from arkwright.history.ledger import open_ledger

BANDS = ["watch", "act", "stop"]
PLACES = st.sampled_from(["DE", "DE", "DE", "NDE"])  # mostly one, so that much happens to it
OPEN_ORDERS = ("open", "in_progress", "on_hold")


@dataclass
class Trouble:
    """One card as the rules of the feed have it, in as few words as they take."""

    state: str
    band: str
    updated: datetime
    decided_band: str = ""
    decided_at: datetime = NOW
    until: datetime = NOW
    mended_at: datetime | None = None
    orders: list[str] = field(default_factory=list)  # the state of each order, in order


class Model:
    """The feed without a database: what must be true after every step."""

    def __init__(self) -> None:
        self.now = NOW
        self.troubles: dict[str, Trouble] = {}
        self.labels = 0

    def found(self, place: str, band: str, end: datetime) -> None:
        self.wake()
        t = self.troubles.get(place)
        if t is None:
            self.troubles[place] = Trouble("open", band, end)
        elif t.state == "cleared":
            is_back = end > t.updated if t.mended_at is None else end - HOUR >= t.mended_at
            if is_back:
                self.troubles[place] = Trouble("open", band, end, orders=t.orders)
        elif end > t.updated:
            worse = t.decided_band != "" and BANDS.index(band) > BANDS.index(t.decided_band)
            quiet_over = t.state == "rejected" and self.now - t.decided_at >= 30 * DAY
            if t.state in ("deferred", "rejected") and (worse or quiet_over):
                t.state = "open"
            t.band, t.updated = band, end

    def over(self, place: str, end: datetime) -> None:
        self.wake()
        t = self.troubles.get(place)
        if t is not None and t.state in ("open", "deferred") and end > t.updated:
            t.state, t.updated = "cleared", end

    def wake(self) -> None:
        for t in self.troubles.values():
            t.state = self.state(t)

    def state(self, t: Trouble) -> str:
        return "open" if t.state == "deferred" and t.until <= self.now else t.state

    def decide(self, t: Trouble, state: str) -> None:
        t.state, t.decided_band, t.decided_at = state, t.band, self.now

    def may(self, place: str, states: tuple[str, ...]) -> bool:
        t = self.troubles.get(place)
        return t is not None and t.state in states

    def close(self, t: Trouble, to: str, verdict: str | None, n_findings: int) -> None:
        if verdict is not None:
            self.labels += n_findings
        if to == "cancelled":
            t.state = "open"
        elif verdict == "wrong":
            self.decide(t, "rejected")
        else:
            t.state, t.mended_at = "cleared", self.now


class Feed(RuleBasedStateMachine):
    """Findings, decisions and moves at random, on the ledger and on the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        address = self.url_of() if self.url_of else Path(self.folder.name) / "ledger.db"
        self.ledger = open_ledger(address, synchronous="OFF")
        self.model = Model()

    url_of = None

    @initialize(band=st.sampled_from(BANDS))
    def begin(self, band):
        hire(self.ledger)
        self.a_trouble_is_found("DE", band, HOUR, 0)

    def give(self, finding):
        with self.ledger.change() as change:
            change.add_findings([finding])
            offer(change, SITE, FAULTS, [finding], self.model.now)

    def card_id(self, place):
        return found(location=place).subject

    def attempt(self, place, states, act, apply):
        """Do an act; it must be refused exactly where the model says so."""
        if self.model.may(place, states):
            act()
            apply(self.model.troubles[place])
        else:
            with pytest.raises(FeedError):
                act()

    # ------------------------------------------------------------------------------------------- findings
    @rule(
        place=PLACES,
        band=st.sampled_from(BANDS),
        after=st.sampled_from([HOUR / 2, HOUR, DAY]),  # windows of an hour: some overlap what was before
        late=st.sampled_from([0, 0, 0, 3]),
    )
    def a_trouble_is_found(self, place, band, after, late):
        self.model.now += after
        end = self.model.now - late * HOUR
        twice = found(band, at=end, location=place)
        self.give(twice)
        self.give(twice)
        self.model.found(place, band, end)

    @rule(place=PLACES, late=st.sampled_from([0, 0, 0, 3]))
    def a_trouble_is_over(self, place, late):
        self.model.now += HOUR
        end = self.model.now - late * HOUR
        self.give(over(end, location=place))
        self.model.over(place, end)

    @precondition(lambda self: self.model.may("DE", ("open", "deferred")))
    @rule(rejects=st.booleans(), days=st.sampled_from([1, 1, 29, 30, 45]), band=st.sampled_from(BANDS))
    def it_is_put_aside_and_found_again(self, rejects, days, band):
        self.somebody_rejects("DE") if rejects else self.somebody_defers("DE", 24 * 40)
        self.a_trouble_is_found("DE", band, days * DAY, 0)

    @precondition(lambda self: self.model.may("DE", ("open", "deferred")))
    @rule(verdict=st.sampled_from(["right", "wrong"]), band=st.sampled_from(BANDS))
    def it_is_mended_and_found_again(self, verdict, band):
        self.somebody_approves_and_presses_again("DE", 2)
        self.somebody_moves_the_last_order("DE", "in_progress", None)
        self.somebody_moves_the_last_order("DE", "done", verdict)
        self.a_trouble_is_found("DE", band, HOUR / 2, 0)

    # ------------------------------------------------------------------------------------------ decisions
    @rule(place=PLACES, hours=st.sampled_from([1, 30, 24 * 40]))
    def somebody_defers(self, place, hours):
        until = self.model.now + hours * HOUR

        def apply(t):
            self.model.decide(t, "deferred")
            t.until = until

        self.attempt(
            place, ("open", "deferred"),
            lambda: defer(self.ledger, self.card_id(place), until, "li", self.model.now), apply,
        )  # fmt: skip

    @rule(place=PLACES)
    def somebody_rejects(self, place):
        before = self.model.troubles[place].state if place in self.model.troubles else ""
        self.attempt(
            place, ("open", "deferred", "rejected"),
            lambda: reject(self.ledger, self.card_id(place), "known", "ana", self.model.now),
            lambda t: None if before == "rejected" else self.model.decide(t, "rejected"),
        )  # fmt: skip

    @rule(place=PLACES)
    def somebody_reopens(self, place):
        def apply(t):
            t.state = "open"

        self.attempt(
            place, ("open", "deferred", "rejected"),
            lambda: reopen(self.ledger, self.card_id(place), "li", self.model.now), apply,
        )  # fmt: skip

    @rule(place=PLACES, presses=st.integers(1, 3))
    def somebody_approves_and_presses_again(self, place, presses):
        ids = set()

        def act():
            for _ in range(presses):
                ids.add(approve(self.ledger, SITE, self.card_id(place), "li", self.model.now).id)

        def apply(t):
            if t.state != "approved":
                t.state = "approved"
                t.orders.append("open")
            assert len(ids) == 1

        self.attempt(place, ("open", "deferred", "approved"), act, apply)

    @precondition(lambda self: any(t.orders for t in self.model.troubles.values()))
    @rule(
        place=PLACES,
        to=st.sampled_from(["in_progress", "in_progress", "done", "done", "on_hold", "cancelled", "open"]),
        verdict=st.sampled_from([None, "right", "wrong", "unsure"]),
    )
    def somebody_moves_the_last_order(self, place, to, verdict):
        t = self.model.troubles.get(place)
        if t is None or not t.orders:
            return
        order = self.orders(place)[-1]
        verdict = verdict if to == "done" else None
        if to not in MOVES[t.orders[-1]]:
            with pytest.raises(FeedError):
                move(self.ledger, order.id, to, "li", self.model.now, verdict=verdict)
            return
        move(self.ledger, order.id, to, "li", self.model.now, verdict=verdict)
        t.orders[-1] = to
        if to in ("done", "cancelled"):
            self.model.close(t, to, verdict, len(order.job.finding_ids))

    # ----------------------------------------------------------------------------------------------- truth
    def orders(self, place):
        with self.ledger.view() as view:
            return list(reversed(view.orders_of(self.card_id(place))))

    @invariant()
    def the_feed_is_as_the_model_says_and_no_trouble_has_two_open_orders(self):
        troubles = {self.card_id(p): t for p, t in self.model.troubles.items()}
        wanted = {i: (self.model.state(t), t.band) for i, t in troubles.items()}
        cards = ranked(self.ledger, self.model.now, ())
        assert {c.id: (c.state, c.band) for c in cards} == wanted
        shown = {c.id for c in ranked(self.ledger, self.model.now)}
        assert shown == {i for i, (state, _) in wanted.items() if state == "open"}
        with self.ledger.view() as view:
            orders = [(o.card_id, o.id, o.state) for o in view.orders()]
        for card_id, t in troubles.items():
            mine = [state for card, _, state in sorted(orders, key=lambda o: o[1]) if card == card_id]
            assert mine == t.orders
            assert sum(state in OPEN_ORDERS for state in mine) == (1 if t.state == "approved" else 0)

    def teardown(self):
        with self.ledger.view() as view:
            ids = [order.id for order in view.orders()]
            closed = [o for o in view.orders() if o.state in ("done", "cancelled")]
            assert len(set(ids)) == len(ids) == sum(len(t.orders) for t in self.model.troubles.values())
            assert len(view.outbox()) == len(closed)
            assert len(view.labels()) == self.model.labels
        assert self.ledger.verify_audit() is None
        self.ledger.close()
        self.folder.cleanup()


LITTLE = {"deadline": None, "suppress_health_check": list(HealthCheck)}
# Making a failing example small takes minutes; the test at length does it.
QUICK = [Phase.explicit, Phase.generate]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_feed_does_what_its_rules_say_whatever_is_done_to_it(engine, request, tmp_path):
    machine = type("FeedHere", (Feed,), {})
    examples = 30
    if engine == "postgresql":
        machine.url_of = lambda _self: fresh_ledger_url(engine, request, tmp_path)
        examples = 4
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=40, phases=QUICK, **LITTLE)
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_feed_does_what_its_rules_say_whatever_is_done_to_it_at_length():
    run_state_machine_as_test(Feed, settings=settings(max_examples=400, stateful_step_count=60, **LITTLE))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_card_approved_by_several_processes_at_once_is_one_work_order(engine, request, tmp_path):
    url = fresh_ledger_url(engine, request, tmp_path)
    ledger = open_ledger(url)
    hire(ledger)
    with ledger.change() as change:
        offer(change, SITE, FAULTS, [found()], NOW)
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(3)
    people = itertools.cycle(["li", "ana"])
    workers = [
        context.Process(target=press, args=(url, found().subject, next(people), gate, 5)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with ledger.view() as view:
        assert [o.id for o in view.orders()] == ["WO-2026-00001"]
        assert [a.act for a in view.acts() if a.subject == found().subject] == ["approved"]
    assert ledger.verify_audit() is None
    ledger.close()
