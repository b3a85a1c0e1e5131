"""What the templates show of sites and reports: everything is computed here. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.reporting.assessments.shares import COUNTED, Shares
from services.reporting.assessments.shown import LABELS
from services.reporting.labels import GOALS
from services.reporting.render import Bar, Bars
from services.reporting.sites import sentences
from services.reporting.sites.due import Due, dues_of, next_due
from services.reporting.sites.sentences import KINDS, SITE_STATUSES, address, label, title_of
from services.reporting.sites.shares import NOT_STATED, by_goal, shares_of
from services.reporting.sites.site import PublicSite, Report, findings
from shared.clocks.written import day_in_words
from shared.contracts.codes import STATES
from shared.contracts.published_reports import (
    AgencyComment,
    CorrectionFacts,
    PublishedFinding,
    PublishedRecommendation,
    ReplyFacts,
)

_GOALS = {**GOALS, NOT_STATED: "no goal is named"}


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands beside an item of a report: the agency's words, and what was corrected."""

    comments: Sequence[AgencyComment] = ()
    replies: Sequence[ReplyFacts] = ()
    corrections: Sequence[CorrectionFacts] = ()


@dataclass(frozen=True, slots=True)
class ShownRecommendation:
    number: str
    text: str
    status: str
    reason: str
    since: str
    due: str
    claim: str
    claim_words: str
    notes: Notes


@dataclass(frozen=True, slots=True)
class ShownFinding:
    number: str
    text: str
    recommendations: Sequence[ShownRecommendation]
    notes: Notes


@dataclass(frozen=True, slots=True)
class ShownArea:
    number: int
    title: str
    goal: str
    counted: str
    findings: Sequence[ShownFinding]
    notes: Notes


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A version of a report; the text of a withdrawn one is no longer shown."""

    report: Report
    site: PublicSite
    path: str
    kind: str
    shares: Shares
    bars: Bars | None
    counts: Sequence[tuple[str, int]]
    areas: Sequence[ShownArea]
    notes: Notes
    """About the title, the summary, the whole, and items that the report does not have."""
    fact_check: str
    counted: str
    due: str
    earlier: Sequence[Report]
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class ShownDue:
    kind: str
    sentence: str
    moves: Sequence[str]
    path: str
    title: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of the table that shows how the recommendations stood on the days of the reports."""

    as_of: date
    path: str
    title: str
    whole: int
    parts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site on *today*; ``latest`` is the report that says how it stands."""

    site: PublicSite
    path: str
    state: str
    provider: str
    status: str
    dues: Sequence[ShownDue]
    late: Sequence[ShownDue]
    next_due: ShownDue | None
    latest: ShownReport | None
    newest: Report | None
    standings: Sequence[Standing]
    counted: str


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    site: PublicSite
    report: Report
    path: str
    correction: CorrectionFacts
    item: str


def goals_of(shown: Iterable[ShownSite]) -> Bars | None:
    """Return the recommendations of all *shown* sites by goal; None if there are none."""
    counts = by_goal(each.site.latest.body for each in shown if each.site.latest is not None)
    whole, most = sum(counts.values()), max(counts.values())
    if not whole:
        return None
    return Bars(
        caption="Recommendations of the last reports, by goal of their focus area",
        rows=[
            Bar(label(goal, _GOALS), f"{count:,}", f"{100 * count / most:.1f}" if count else "")
            for goal, count in counts.items()
        ],
        total=f"{whole:,}",
        total_name="recommendations",
    )


def shown_site(site: PublicSite, today: date, providers: Mapping[str, str]) -> ShownSite:
    """Return a site for its page; *providers* are names by id."""
    current = site.current
    latest = site.latest
    dues = dues_of(site, today)
    shown = [_due(site, each, today) for each in dues]
    upcoming = next_due(dues)
    standing = [each for each in current if each.withdrawn is None and findings(each.body)]
    return ShownSite(
        site=site,
        path=address(site.facts.slug),
        state=STATES.get(site.facts.state, site.facts.state.removeprefix("US-")),
        provider=providers.get(site.facts.provider, site.facts.provider),
        status=label(site.facts.status, SITE_STATUSES),
        dues=shown,
        late=[each for each in shown if each.is_late],
        next_due=None if upcoming is None else _due(site, upcoming, today),
        latest=None if latest is None else shown_report(site, latest),
        newest=max(current, key=lambda each: each.facts.published_on, default=None),
        standings=[_standing(site, each) for each in standing],
        counted=_counted(latest),
    )


def _counted(latest: Report | None) -> str:
    return (
        f"{sentences.NOTHING_YET}: no report is published with any"
        if latest is None
        else sentences.counted(shares_of(latest.body))
    )


def shown_report(site: PublicSite, report: Report) -> ShownReport:
    """Return a version of a report for its page."""
    body = report.body
    versions = site.reports[body.report_id]
    shares = shares_of(body)
    notes = _notes(report)
    areas = [
        ShownArea(
            number=area.number,
            title=area.title,
            goal="" if area.goal is None else label(area.goal, GOALS),
            counted=_in_area(area.findings),
            findings=[_finding(each, body.as_of, notes) for each in area.findings],
            notes=notes.pop(str(area.number), Notes()),
        )
        for area in body.focus_areas
    ]
    due = report.facts.due_on
    return ShownReport(
        report=report,
        site=site,
        path=address(site.facts.slug, body.report_id),
        kind=label(body.kind, KINDS),
        shares=shares,
        bars=_bars(shares),
        counts=_counts(report, shares),
        areas=areas,
        notes=_all(notes),
        fact_check=sentences.fact_check(report.facts),
        counted=sentences.counted(shares),
        due="" if due is None else f"first due {day_in_words(due)}",
        earlier=[each for each in versions if each is not report],
        is_current=report is versions[-1],
    )


def corrections(sites: Iterable[PublicSite]) -> list[ShownCorrection]:
    """Return all corrections of reports that are not withdrawn, the latest first."""
    found = [
        ShownCorrection(
            site, report, address(site.facts.slug, report.body.report_id), each, _item(each.item)
        )
        for site in sites
        for versions in site.reports.values()
        for report in versions
        if report.withdrawn is None
        for each in report.corrections
    ]
    return sorted(found, key=lambda each: each.correction.corrected_on, reverse=True)


def withdrawn(sites: Iterable[PublicSite]) -> list[ShownReport]:
    """Return the reports that were withdrawn, the latest first."""
    found = [shown_report(site, each) for site in sites for each in site.current if each.withdrawn]
    return sorted(found, key=_withdrawn_on, reverse=True)


def _withdrawn_on(shown: ShownReport) -> date:
    assert shown.report.withdrawn is not None, "only such are sorted"
    return shown.report.withdrawn.withdrawn_on


def _item(item: str) -> str:
    return item if item in ("title", "summary") else f"number {item}"


def _bars(shares: Shares) -> Bars | None:
    """Return the chart of a report's statuses; None if there is nothing to show shares of."""
    if shares.whole == 0 or shares.unknown == shares.whole:
        return None
    rows = [(LABELS[status], shares.parts[status], shares.percent(status)) for status in COUNTED]
    found = [
        Bar(name, _part(part, shares.whole, percent), str(percent) if percent else "")
        for name, part, percent in rows
    ]
    if shares.unknown:
        found.append(Bar("status not known", _part(shares.unknown, shares.whole, None), ""))
    return Bars(
        caption=f"Recommendations by verified status, as of {day_in_words(shares.as_of)}",
        rows=found,
        total=f"{shares.whole:,}",
        total_name="all",
        note=(
            "Without the status of each recommendation there are no percentages."
            if shares.unknown
            else ""
        ),
    )


def _part(part: int, whole: int, percent: object) -> str:
    return f"{part} of {whole}" if percent is None else f"{part} of {whole} ({percent}%)"


def _counts(report: Report, shares: Shares) -> list[tuple[str, int]]:
    areas = report.body.focus_areas
    return [
        ("focus areas", len(areas)),
        ("findings", len(findings(report.body))),
        ("recommendations", shares.whole),
        ("reported as done by the agency, not verified", shares.claimed),
    ]


def _in_area(found: Sequence[PublishedFinding]) -> str:
    recommendations = sum(len(each.recommendations) for each in found)
    return (
        f"{len(found)} finding{'' if len(found) == 1 else 's'},"
        f" {recommendations} recommendation{'' if recommendations == 1 else 's'}"
    )


def _finding(each: PublishedFinding, as_of: date, notes: "dict[str, Notes]") -> ShownFinding:
    return ShownFinding(
        number=each.number,
        text=each.text,
        recommendations=[_recommendation(one, as_of, notes) for one in each.recommendations],
        notes=notes.pop(each.number, Notes()),
    )


def _recommendation(
    each: PublishedRecommendation, as_of: date, notes: "dict[str, Notes]"
) -> ShownRecommendation:
    return ShownRecommendation(
        number=each.number,
        text=each.text,
        status=sentences.status_of(each),
        reason=sentences.reason_of(each),
        since="" if each.status_on is None else day_in_words(each.status_on),
        due=sentences.recommendation_due(each, as_of),
        claim="" if each.claim is None else sentences.claim(each.claim),
        claim_words="" if each.claim is None else each.claim.words,
        notes=notes.pop(each.number, Notes()),
    )


@dataclass(slots=True)
class _Collected:
    comments: list[AgencyComment] = field(default_factory=list)
    replies: list[ReplyFacts] = field(default_factory=list)
    corrections: list[CorrectionFacts] = field(default_factory=list)


def _notes(report: Report) -> dict[str, Notes]:
    """Return what was said about each item, by its number; about the whole it is empty."""
    found: defaultdict[str, _Collected] = defaultdict(_Collected)
    for comment in report.facts.comments:
        found[comment.item or ""].comments.append(comment)
    for reply in report.replies:
        found[reply.item or ""].replies.append(reply)
    for correction in report.corrections:
        found[correction.item].corrections.append(correction)
    return {item: Notes(n.comments, n.replies, n.corrections) for item, n in found.items()}


def _all(notes: Mapping[str, Notes]) -> Notes:
    return Notes(
        [each for note in notes.values() for each in note.comments],
        [each for note in notes.values() for each in note.replies],
        [each for note in notes.values() for each in note.corrections],
    )


def _due(site: PublicSite, each: Due, today: date) -> ShownDue:
    report = each.report
    return ShownDue(
        kind=label(each.kind, KINDS),
        sentence=sentences.due(each, today),
        moves=sentences.moves(each),
        path="" if report is None else address(site.facts.slug, report.body.report_id),
        title="" if report is None else title_of(site.reports[report.body.report_id][-1]),
        is_late=each.is_late(today),
    )


def _standing(site: PublicSite, report: Report) -> Standing:
    """Return a row; if no status is known its counts are empty, because 0 would be false."""
    shares = shares_of(report.body)
    is_known = shares.unknown < shares.whole or shares.whole == 0
    parts = [
        (LABELS[status], sentences.share(shares, status) if is_known else "") for status in COUNTED
    ]
    return Standing(
        as_of=report.body.as_of,
        path=address(site.facts.slug, report.body.report_id),
        title=report.body.title,
        whole=shares.whole,
        parts=[*parts, ("status not known", str(shares.unknown))],
    )
