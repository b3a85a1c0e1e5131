"""Which texts of assessments the public may read: those of what was approved or stated."""

from collections.abc import Iterator
from typing import Any

from tests.proofs.checker.log import IN, RELEASES, data_of, events, short
from tests.proofs.checker.run import Run

_APPROVAL = "gov.cri.publication.approve.v1"
_REPORT = "report_published"
_ABOUT_REPORTS = frozenset({"reply_stated", "report_corrected", "report_withdrawn"})


def published_texts(run: Run) -> set[str]:
    """Return the texts in reports that somebody has approved, and in what was said about them."""
    approved = {
        data_of(body).get("hash") for _, body in events(run, IN) if body.get("type") == _APPROVAL
    }
    found: set[str] = set()
    for _, body in events(run, RELEASES):
        data, kind = data_of(body), short(body)
        if kind in _ABOUT_REPORTS or (kind == _REPORT and data.get("hash") in approved):
            found.update(_texts_in(data))
    return found


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)
