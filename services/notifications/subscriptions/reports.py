"""What mails tell of published reports, and of corrections of reports and figures. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from services.notifications.subscriptions.news import Line, month_in_words
from services.notifications.subscriptions.subscriber import REPORTS
from shared.contracts.event import derived_id
from shared.contracts.published_reports import (
    ReportCorrected,
    ReportPublished,
    ReportWithdrawn,
    SiteChanged,
)
from shared.contracts.reporting import FigureCorrected

MATTER = REPORTS
"""The kind of news of mails about them, which the link in such a mail ends."""
READ = (SiteChanged, ReportPublished, ReportCorrected, ReportWithdrawn, FigureCorrected)
"""Events that subscribers to reports hear about; `SiteChanged` only gives the agency's name."""
_TYPES = {get_args(model.model_fields["type"].annotation)[0]: model for model in READ}
KINDS = frozenset(kind.split(".")[3] for kind, model in _TYPES.items() if model is not SiteChanged)
"""The kinds of news about reports."""
_WITHDRAWN = "report_withdrawn"


class Published(NamedTuple):
    """
    Something published: ``subject`` is a site or a month.

    ``title`` is what a report is called from then on, if this says it.
    """

    fact: str
    kind: str
    subject: str
    report: str
    title: str


class News(NamedTuple):
    """
    What was published, with the agency's name and the report's title, if they are known.

    It is the title that the report has now: its page shows no other.
    """

    kind: str
    subject: str
    report: str
    agency: str
    title: str


def type_of(kind: str) -> str:
    """Return the type of the event that was news of *kind*."""
    return f"gov.cri.reporting.{kind}.v1"


def published(event: Any) -> Published:
    """
    Return what *event* publishes.

    All corrections of a month with one release are one piece of news: the first stands for all.
    """
    kind, data = event.type.split(".")[3], event.data
    if isinstance(event, FigureCorrected):
        first = derived_id(event.causationid, event.type, event.subject, 1)
        return Published(first, kind, event.subject, "", "")
    if isinstance(event, ReportPublished):
        return Published(event.id, kind, data.body.slug, data.body.report_id, data.body.title)
    title = data.after if isinstance(event, ReportCorrected) and data.item == "title" else ""
    return Published(event.id, kind, data.slug, data.report_id, title)


def line(news: News, *, public_url: str) -> Line:
    """Return the words of *news* for its readers, with its page."""
    url = public_url.rstrip("/")
    if news.kind == "figure_corrected":
        month = month_in_words(news.subject)
        name = f"The programs in figures: {month}"
        said = "Figures of this month were corrected. The page shows both values, and why."
        return Line("", name, said, f"{url}/releases/{news.subject}#corrections")
    return Line("", _name(news), _SENTENCES[news.kind], f"{url}{_path(news)}")


def as_they_stand(facts: dict[str, Any], later: Sequence[News]) -> dict[str, Any] | None:
    """
    Return *facts* of a mail, changed by what was published *later*; None if nothing is left.

    A withdrawn report is no longer mentioned; a report with a corrected title has that title.
    """
    if not later:
        return facts
    lines = facts.get("lines", [facts])
    for news in later:
        path, name = _path(news), _name(news)
        if news.kind == _WITHDRAWN:
            lines = [each for each in lines if not each["url"].endswith(path)]
        else:
            lines = [
                {**each, "name": name} if each["url"].endswith(path) else each for each in lines
            ]
    if not lines:
        return None
    return {**facts, "lines": lines} if "lines" in facts else lines[0]


def _name(news: News) -> str:
    """Return what a report is called: without the title if it is withdrawn, as on its page."""
    title = "a report is withdrawn" if news.kind == _WITHDRAWN else news.title
    return ": ".join(part for part in (news.agency or news.subject, title) if part)


def _path(news: News) -> str:
    return f"/sites/{news.subject}/{news.report}"


_SENTENCES: Mapping[str, str] = {
    "report_published": "This report is published.",
    "report_corrected": (
        "This report was corrected. The page shows what it said before, what stands now, and why."
    ),
    _WITHDRAWN: "This report was withdrawn. The page says why.",
}
