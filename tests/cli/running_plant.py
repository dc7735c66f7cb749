"""A process that writes history and ledger of a site all the while, as a running plant does, until ended."""

import itertools
import sys
from datetime import timedelta
from pathlib import Path

from tests.app.troubles import FAULTS, NOW, found, hire

from arkwright.app.site import data_dir, load_site
from arkwright.app.stores import history_folder, open_ledger_of
from arkwright.app.uses import offer
from arkwright.core.tables import ReadingsBuilder, Scale, to_us
from arkwright.history.lake import Lake


def main(folder: Path) -> None:
    site = load_site(folder)
    home = data_dir(site, folder)
    ledger = open_ledger_of(site, home)
    hire(ledger)
    with Lake(history_folder(home), now=lambda: NOW) as lake:
        for n in itertools.count():
            at = NOW + timedelta(seconds=n)
            builder = ReadingsBuilder()
            builder.add(Scale("p1.t"), to_us(at), float(n))
            lake.append(builder.take(to_us(at)))
            finding = found(at=NOW + timedelta(seconds=10 * n))
            with ledger.change() as change:
                change.add_findings([finding])
                offer(change, site, FAULTS, [finding], at)
            with ledger.view() as view:
                orders = view.orders()
            print("runs" if n == 0 else f"sees {orders[0].id if orders else 'nothing'}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
