"""Words for codes, as the office's pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.catalog.catalog import Catalog
from shared.contracts.codes import STATES

KINDS: Mapping[str, str] = {
    "referred": "Decide on a request",
    "counter": "Decide on a counteroffer",
    "late": "Something is late",
    "waits_long": "Waiting for a long time",
    "rehome": "Find another provider",
    "suspended_work": "Provider or program not active",
    "unreachable": "Could not be reached",
    "unknown_outcome": "Did an email arrive?",
    "no_living_contact": "No working contact",
    "call": "Call someone",
    "report_to_approve": "Approve a report",
    "late_publication": "A report is late",
    "correction_to_approve": "Approve a correction",
    "status_to_verify": "Verify a status",
}
"""Kinds of work, in the order of the list."""
STATUSES: Mapping[str, str] = {
    "accepted": "being sorted",
    "triaged": "sorted, looking for a provider",
    "waiting": "waiting",
    "offered": "offered to a provider",
    "assigned": "taken on by a provider",
    "planned": "planned with a provider",
    "in_delivery": "help is being given",
    "delivered": "delivered, not yet closed",
    "closed": "closed",
    "ineligible": "not eligible",
    "referred": "with this office",
    "withdrawn": "withdrawn by the agency",
}
PACES: Mapping[str, str] = {"standard": "standard", "urgent": "urgent"}
HAPPENINGS: Mapping[str, str] = {
    "request_accepted": "The request came in",
    "request_amended": "The agency changed its request",
    "withdrawal_requested": "The agency asked to withdraw the request",
    "offer_answered": "The provider answered the offer",
    "milestone_reported": "The provider reported progress",
    "engagement_close_reported": "The provider reported the end of its work",
    "engagement_end_directed": "The office ended the work",
    "engagement_rehome_directed": "The office gave the work to another provider",
    "clock_settle_directed": "The office settled what was late",
    "request_directed": "The office decided on the request",
    "request_triaged": "The request was sorted",
    "request_ineligible": "No program can help",
    "request_waitlisted": "The request began to wait",
    "request_referred": "The request came to this office",
    "offer_made": "The request was offered to a provider",
    "offer_declined": "The provider declined",
    "offer_lapsed": "The provider did not answer in time",
    "offer_withdrawn": "The offer was withdrawn",
    "engagement_opened": "The provider took the request on",
    "engagement_progressed": "The work went on",
    "engagement_closed": "The work was closed",
    "engagement_ended": "The work with this provider ended",
    "engagement_affected": "The work's provider or program changed",
    "request_withdrawn": "The request was withdrawn",
    "clock_missed": "Something became late",
    "clock_still_missed": "It is still late",
    "clock_reminded": "A reminder was sent",
    "clock_settled": "What was late is settled",
    "clock_paused": "A time limit was paused",
    "clock_resumed": "A time limit goes on",
    "clock_moved": "A time limit was moved",
    "amendment_came_too_late": "A change came too late",
    "facts_changed": "What is known of the agency changed",
    "request_recorded": "The state of the request was written down again",
}
"""What happened, by the short name of an event's type."""
ANOTHER_EVENT = "Something happened that these pages cannot name yet"
CLOCKS: Mapping[str, str] = {
    "acknowledgement": "confirm receipt",
    "triage.standard": "decide on the request",
    "triage.urgent": "decide on the request, urgent",
    "offer_answer.standard": "the provider's answer",
    "offer_answer.urgent": "the provider's answer, urgent",
    "plan_proposed": "the provider's plan",
    "engagement_silence": "the provider's next report",
    "rehome": "find another provider",
}
"""What a time limit waits for."""
ACT_KINDS: Mapping[str, str] = {
    "request.submit": "Enter a request",
    "request.direct": "Decide on the request",
    "engagement.end": "End the work",
    "engagement.rehome": "Give the work to another provider",
    "clock.settle": "Settle what is late",
    "contact.set": "Change a contact",
    "case.ask": "Open the case file",
    "notice.settle": "Say what became of a message",
    "staff.set": "Give roles",
    "agency.set": "Say what is known of an agency",
    "person.forget": "Forget a person",
    "hold.set": "Set or lift a records hold",
    "report.read": "Read a report",
    "publication.plan": "Plan reports",
    "publication.reschedule": "Move the date of a report",
    "publication.approve": "Approve a report",
    "publication.return": "Return a draft",
    "status.verify": "Verify a status",
    "report.correct": "Correct a report",
    "correction.approve": "Approve a correction",
    "report.withdraw": "Withdraw a report",
}
"""What people of the office do, by the name of the message's type."""
ANSWERS: Mapping[str, str] = {"applied": "accepted", "refused": "not accepted"}
OUTCOMES: Mapping[str, str] = {"sent": "told", "not_needed": "not told"}
MAIL_OUTCOMES: Mapping[str, str] = {
    "delivered": "email handed over",
    "failed": "email could not be delivered",
    "outcome_unknown": "unknown whether the email arrived",
    "cancelled": "email canceled",
    "counted_as_delivered": "email arrived, as the office found out",
    "sent_again": "email sent again by the office",
    "dropped": "email not sent again, as the office decided",
    "told_otherwise": "told in another way by the office",
}
CHANNELS: Mapping[str, str] = {"topic": "to its system", "none": "", "mail": "by email"}
MAILS: Mapping[str, str] = {
    "status": "The status of a request, to the agency",
    "offer": "An offer, to a provider",
    "news": "Other news about a request",
    "digest": "Everything new, once a day",
    "code": "A code to confirm an address or an action on a page",
    "confirm": "A request to confirm a subscription",
    "preferences": "A link to change a confirmed subscription",
    "solicitation": "A solicitation, to subscribers",
    "update": "The monthly update, to subscribers",
    "report": "A report or a correction, to subscribers",
    "trial": "A test by our operators",
}
"""What a template of mails is for, by its id."""
ROLES: Mapping[str, str] = {
    "reader": "reads",
    "worker": "works on requests",
    "approver": "approves",
    "administrator": "manages people",
}
REPORT_STATES: Mapping[str, str] = {
    "fact_check": "with the agency, which checks it",
    "checked": "checked by the agency, which disputes nothing",
    "disputed": "checked by the agency, which disputes some of it",
    "returned": "returned to the person who drafted it",
    "published": "published",
}
"""Where the last version of a report stands."""
REPORTS_BY_STATE: Mapping[str, str] = {
    "fact_check": "With the agency",
    "unanswered": "Not checked in time",
    "checked": "Checked, nothing disputed",
    "disputed": "Checked, disputed",
    "returned": "Returned",
    "published": "Published",
    "withdrawn": "Withdrawn",
}
"""The same in a table, with what the agency did not check in time and what was withdrawn."""
WAIT_FOR_OFFICE = frozenset({"unanswered", "checked", "disputed"})
AGES: Mapping[str, str] = {"day": "up to a day", "week": "up to a week", "older": "older"}


def words_of(code: str) -> str:
    """Return a code that has no words of its own as words."""
    return code.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Names:
    """Names for ids: of programs, providers and participants."""

    catalog: Catalog

    def program(self, program: str | None) -> str:
        """Return the name of a program."""
        if program is None:
            return "not decided yet"
        found = self.catalog.programs.get(program)
        return found.name if found else program

    def participant(self, participant: str | None) -> str:
        """Return the name of an organization."""
        if participant is None:
            return ""
        found = self.catalog.participants.get(participant)
        return found.name if found else participant

    def pace(self, lane: str | None) -> str:
        """Return the pace of a lane."""
        return "" if lane is None else PACES.get(lane.rpartition(".")[2], "")

    def lanes(self) -> Mapping[str, str]:
        """Return the name of every lane."""
        return {
            f"{id_}.{pace}": f"{program.name}, {name}"
            for id_, program in self.catalog.programs.items()
            for pace, name in PACES.items()
        }

    def state(self, code: str | None) -> str:
        """Return the name of a state or territory."""
        return "" if code is None else STATES.get(code, code)
