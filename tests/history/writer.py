"""A writer that tests kill: appends batch after batch and says on its output what was acknowledged."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.history.conftest import NOW_US, make_batch

from arkwright.history.lake import Lake


def rows_of(number: int) -> list[tuple[str, int, float, int]]:
    """Rows of a batch; some of them repeat the batch before, some are an hour late."""
    fresh = [(f"s{s}", NOW_US - 10_000_000 + number * 1_000, float(number), 0) for s in range(20)]
    late = [(f"s{s}", NOW_US - 3_600_000_000 - number * 1_000, float(number), 0) for s in range(5)]
    return fresh + late


def main() -> None:
    folder, first = Path(sys.argv[1]), int(sys.argv[2])
    with Lake(folder, lambda: datetime.fromtimestamp(NOW_US / 1e6, UTC)) as lake:
        for number in range(first, first + 100_000):
            again = rows_of(number - 1) if number % 3 == 0 and number else []
            lake.append(make_batch(again + rows_of(number)))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
