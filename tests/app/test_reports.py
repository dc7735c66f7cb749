"""Events become cards once, also over a start, and whatever the clock said when they were told."""

from datetime import timedelta

from tests.app.works import START_US, make_site, open_works

from arkwright.app.reports import Reports
from arkwright.app.uses import ranked
from arkwright.core.tables import from_us
from arkwright.history.notes import as_events, event

NOW = from_us(START_US)
HOUR = timedelta(hours=1)


def test_an_event_told_by_a_clock_that_was_set_back_makes_no_older_one_count_twice(tmp_path):
    with open_works(tmp_path, make_site(1), {}) as works:
        for at in (NOW, NOW - HOUR):
            reports = Reports(works.site, works.ledger, works.lake, works.history, lambda: NOW)
            works.lake.append_events(as_events([event("gap", "plc0", at, at, {"reason": "lost"})]))
            reports.report()
        Reports(works.site, works.ledger, works.lake, works.history, lambda: NOW).report()
        (card,) = ranked(works.ledger, NOW)
        assert card.payload["count"] == 2
