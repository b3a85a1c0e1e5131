"""I10: every projection is the fold of the log."""

from collections.abc import Iterator, Sequence

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.fold_desk import wrong_in_desk
from tests.proofs.checker.fold_notifications import wrong_in_notifications
from tests.proofs.checker.fold_reporting import wrong_in_reporting
from tests.proofs.checker.fold_routing import wrong_in_routing
from tests.proofs.checker.log import REFERENCE, data_of, firsts, number_of
from tests.proofs.checker.rows import json_of
from tests.proofs.checker.run import Run


def i10_projections_are_folds(run: Run) -> Findings:
    """Every projection equals the checker's own fold of its topics."""
    yield from wrong_in_routing(run)
    yield from wrong_in_notifications(run)
    yield from wrong_in_reporting(run)
    yield from wrong_in_desk(run)
    desk = ("desk",) if "desk" in run.tables else ()
    yield from wrong_catalogs(run, ("intake", "routing", "notifications", "reporting", *desk))


def wrong_catalogs(run: Run, services: Sequence[str]) -> Iterator[str | None]:
    """Compare the reference data that these services hold with what was announced."""
    published = {number_of(body): data_of(body) for _, body in firsts(run, REFERENCE)}
    for service in services:
        held = {row["number"]: json_of(row["body"]) for row in run.rows(service, "catalog")}
        # Reporting stores it since 0.4.0: a rebuild adds what came before.
        first = 1 if service != "reporting" else min(held, default=len(published) + 1)
        for number in sorted({n for n in published if n and n >= first} | held.keys(), key=str):
            same = held.get(number) == published.get(number)
            yield None if same else f"{service}: reference data {number} is not as announced"
