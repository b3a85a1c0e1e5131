"""What waits for the office about assessments in public, folded from the log by the checker."""

from collections import defaultdict
from collections.abc import Iterator

from tests.proofs.checker.log import INTAKE, RELEASES, REPORTING, data_of, firsts, number_of, short
from tests.proofs.checker.run import Body, Run

_CHECKED = {True: "disputed", False: "checked"}


def open_items(run: Run) -> set[str]:
    """Return the ids of the items about reports, their dates and statuses that are open."""
    intake = {body["id"]: body for _, body in firsts(run, INTAKE)}
    dues = {
        body["causationid"]: data_of(body).get("due_on")
        for _, body in firsts(run, RELEASES)
        if short(body) == "report_published"
    }
    decided: dict[str, list[Body]] = defaultdict(list)
    for _, body in firsts(run, REPORTING):
        decided[str(body["subject"])].append(body)
    found: set[str] = set()
    for engagement, bodies in decided.items():
        site = _Site(engagement, dues)
        for body in sorted(bodies, key=lambda body: number_of(body) or 0):
            site.take(body, intake.get(str(body["causationid"]), {}))
        found |= set(site.items())
    return found


class _Site:
    def __init__(self, engagement: str, dues: dict[object, object]) -> None:
        self.engagement = engagement
        self.dues = dues
        self.drafts: dict[str, str] = {}
        """Report → its version and how it was checked, while somebody must approve it."""
        self.kinds: dict[str, str] = {}
        self.late: set[tuple[str, str]] = set()
        self.moved: dict[tuple[str, str], str] = {}
        self.corrections: set[tuple[str, int]] = set()
        self.proposals: dict[str, int] = {}

    def take(self, body: Body, cause: Body) -> None:
        """Take in a decision of reporting, and the message behind it."""
        data = data_of(body)
        if short(body) == "publication_late":
            self.late.add((data["kind"], data["due_on"]))
        elif short(body) == "fact_check_asked":
            self.drafts[data["report_id"]] = f"{data['version']}:unanswered"
        elif short(body) == "message_applied" and cause:
            self._apply(short(cause), data_of(cause), cause, number_of(body) or 0)

    def _apply(self, kind: str, data: Body, cause: Body, number: int) -> None:
        report = str(data.get("report_id"))
        if kind == "report_drafted":
            self.kinds[report] = data["kind"]
        elif kind == "fact_check_answered":
            disputed = any(each["answer"] == "dispute" for each in data.get("items", ()))
            self.drafts[report] = f"{data['version']}:{_CHECKED[disputed]}"
        elif kind in ("publication_approve_directed", "publication_return_directed"):
            self.drafts.pop(report, None)
            due = self.dues.get(cause["id"])
            while due is not None and kind.startswith("publication_approve"):
                self.late.discard((self.kinds[report], str(due)))
                due = self.moved.get((self.kinds[report], str(due)))
        elif kind == "publication_reschedule_directed":
            self.late.discard((data["kind"], data["due_on"]))
            self.moved[data["kind"], data["due_on"]] = data["new_due_on"]
        elif kind == "publication_plan_directed":
            first = (data["kind"], data["first_due_on"])
            self.late = {each for each in self.late if each[0] != first[0] or each >= first}
        elif kind == "report_correct_directed":
            self.corrections.add((report, data["correction"]))
        elif kind == "correction_approve_directed":
            self.corrections.discard((report, data["correction"]))
        elif kind == "report_withdraw_directed":
            self.drafts.pop(report, None)
            self.corrections = {each for each in self.corrections if each[0] != report}
        elif kind == "status_proposed":
            self.proposals[data["recommendation"]] = number
        elif kind == "status_verification_directed":
            self.proposals.pop(data["recommendation"], None)

    def items(self) -> Iterator[str]:
        """Yield the ids of the open items."""
        for report, how in self.drafts.items():
            yield f"report_to_approve:{self.engagement}:{report}:{how}"
        for kind, due in self.late:
            yield f"late_publication:{self.engagement}:{kind}:{due}"
        for report, number in self.corrections:
            yield f"correction_to_approve:{self.engagement}:{report}:{number}"
        for recommendation, number in self.proposals.items():
            yield f"status_to_verify:{self.engagement}:{recommendation}:{number}"
