"""Every public name explains itself: summary, units, shapes, errors."""

import pytest
from tests.architecture.docstrings import Docstrings
from tests.architecture.source import read_sources

SOURCES = read_sources()
RULE = Docstrings(SOURCES)


@pytest.mark.parametrize("room", sorted({s.room for s in SOURCES}))
def test_public_docstrings_carry_units_shapes_and_errors(room):
    unsaid = [text for source in SOURCES if source.room == room for text in RULE(source)]
    assert not unsaid, f"{RULE.__doc__}\n" + "\n".join(unsaid)
