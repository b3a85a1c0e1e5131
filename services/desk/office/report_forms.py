"""The acts of the office on dates and drafts of an assessment in public. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.desk.office.act_form import About, ActForm, Field
from services.desk.work import words
from services.desk.work.assessment import Report
from shared.contracts.codes import CODES
from shared.contracts.publications import Approval, Plan, Reschedule, Return
from shared.contracts.published_reports import REPORT_KINDS

PUBLIC = "the public, on the page of the agency's assessment"
SUBSCRIBERS = "those who subscribed to reports"
_DATE = "Give a date, such as 2027-04-30."
_KINDS = {code: name.capitalize() for code, name in words.REPORT_KINDS.items()}
_INTERVALS = {code: meaning.rstrip(".") for code, meaning in CODES["intervals"].items()}
_SLIPS = {code: meaning.rstrip(".") for code, meaning in CODES["slip_reasons"].items()}
_OTHER_PERSON = "Another person must {act}: you {because}."


def report_at(about: About) -> Report | None:
    """Return the report whose version ``of`` names (report:version), if it is the last one."""
    report_id, _, version = about.of.rpartition(":")
    found = about.assessment.reports.get(report_id) if about.assessment else None
    return found if found is not None and str(found.version) == version else None


def of_version(report: Report) -> str:
    """Return what names the last version of *report* in an address."""
    return f"{report.report_id}:{report.version}"


def due_at(about: About) -> tuple[str, date] | None:
    """Return the kind and the day that ``of`` names (kind:day), if a report is due then."""
    kind, _, day = about.of.partition(":")
    if about.assessment is None or kind not in REPORT_KINDS:
        return None
    for first, now in about.assessment.open_days(kind):
        if now.isoformat() == day:
            return kind, now
        if first.isoformat() > day:  # dates are only moved to later ones
            return None
    return None


def has_worked(about: About) -> str | None:
    """Return why this person cannot approve a report; None for one who did not work on it."""
    report = report_at(about)
    if report is None or about.person not in report.has_worked:
        return None
    drafted = about.person in report.drafters
    because = "drafted this report" if drafted else "verified a status in this report"
    return _OTHER_PERSON.format(act="approve it", because=because)


def _is_assessed(about: About) -> bool:
    return about.assessment is not None


def _is_open(about: About) -> bool:
    report = report_at(about)
    return report is not None and report.is_open


def _plan(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {**engagement_in(about), **values, "aliases": lines_of(values.get("aliases", ""))}


def _reschedule(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    found = due_at(about)
    assert found is not None
    return {**engagement_in(about), "kind": found[0], "due_on": found[1], **values}


def _version(about: About) -> Mapping[str, Any]:
    report = report_at(about)
    assert report is not None
    named = {"report_id": report.report_id, "version": report.version}
    return {**engagement_in(about), **named}


def _approve(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    report = report_at(about)
    assert report is not None
    return {**_version(about), "hash": report.hash, "names": lines_of(values.get("names", ""))}


def _return(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {**_version(about), **values}


def engagement_in(about: About) -> dict[str, Any]:
    """Return the field of a message that names the assessment."""
    assert about.assessment is not None
    return {"engagement_id": about.assessment.engagement_id}


def lines_of(text: str) -> list[str]:
    """Return the names in *text*, which has commas between them."""
    return [name for each in text.split(",") if (name := each.strip())]


NAMES_MEANT = Field(
    "names",
    "Names of other agencies that are meant",
    "Write at most 20 names, with commas between them.",
    kind="line",
    help="Leave this empty at first. If a name of another agency stands in what you publish, we"
    " say where, and nothing is published. If it is meant, write the name here.",
    needed=False,
)
REPORTS: Mapping[str, ActForm] = {
    form.name: form
    for form in (
        ActForm(
            "plan",
            "Plan reports",
            "The public sees when reports of this kind are due, and when one is late. A new plan"
            " takes the place of the one before.",
            (PUBLIC,),
            (
                Field("kind", "Kind of report", "Choose a kind.", options=_KINDS),
                Field("every", "How often", "Choose how often.", options=_INTERVALS),
                Field("first_due_on", "First one due on", _DATE, kind="date"),
                Field(
                    "aliases",
                    "Other names of the agency",
                    "Write at most 10 names, with commas between them.",
                    kind="line",
                    help="Such as its initials, with commas between them. A report about another"
                    " agency that contains one of these names is published only if its approver"
                    " confirms the name.",
                    needed=False,
                ),
            ),
            Plan,
            _plan,
            _is_assessed,
        ),
        ActForm(
            "move",
            "Move the date",
            "Both dates and the reason stay on the public page.",
            (PUBLIC,),
            (
                Field("new_due_on", "New date", _DATE, kind="date", help="A later day."),
                Field("reason", "Reason", "Choose a reason.", options=_SLIPS),
            ),
            Reschedule,
            _reschedule,
            lambda about: due_at(about) is not None,
            places={"due_on": "new_due_on"},
        ),
        ActForm(
            "approve",
            "Approve and publish",
            "The report is published at once. It can be corrected or withdrawn later, and the page"
            " says so; it cannot be unpublished.",
            (PUBLIC, SUBSCRIBERS),
            (NAMES_MEANT,),
            Approval,
            _approve,
            _is_open,
            barred=has_worked,
            places={"report_id": "names"},
        ),
        ActForm(
            "return",
            "Return the draft",
            "This version is never published: the next one takes its place. Nobody is told by this"
            " page: call the person who drafted it.",
            (),
            (
                Field(
                    "why",
                    "What has to change?",
                    "Say what has to change, in at most 2,000 characters.",
                    kind="words",
                    help="For the person who drafted it. It is not published.",
                ),
            ),
            Return,
            _return,
            _is_open,
        ),
    )
}
"""The acts, by the last part of their address."""
