"""The types of messages that cross an organization, each with who writes and reads it."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from pydantic import BaseModel, create_model

from shared.contracts import inbound, outbound, reporting

VERSION = "0.10"
"""The version of the contract; `deploy/contract/CHANGELOG.md` begins with it."""
PREVIEW = frozenset(
    {
        "agency.set.v1",
        "amendment.came_too_late.v1",
        "amendment.passed_on.v1",
        "calendar.define.v1",
        "case.ask.v1",
        "case.told.v1",
        "clock.late.v1",
        "clock.moved.v1",
        "clock.reminder.v1",
        "clock.settle.v1",
        "clock.settled.v1",
        "code.send.v1",
        "contact.changed.v1",
        "correction.approve.v1",
        "delivery.failed.v1",
        "engagement.affected.v1",
        "engagement.changed.v1",
        "engagement.end.v1",
        "engagement.rehome.v1",
        "fact_check.answer.v1",
        "fact_check.asked.v1",
        "finding.record.v1",
        "focus_area.set.v1",
        "hold.set.v1",
        "note.stated.v1",
        "notice.settle.v1",
        "offer.changed.v1",
        "person.forget.v1",
        "person.forgotten.v1",
        "preference.set.v1",
        "publication.approve.v1",
        "publication.late.v1",
        "publication.plan.v1",
        "publication.reschedule.v1",
        "publication.return.v1",
        "recommendation.claim.v1",
        "recommendation.record.v1",
        "reply.asked.v1",
        "reply.state.v1",
        "recommendation.changed.v1",
        "report.correct.v1",
        "report.draft.v1",
        "report.read.v1",
        "report.status_changed.v1",
        "report.told.v1",
        "report.withdraw.v1",
        "reporting.solicitation_published.v1",
        "ruleset.approve.v1",
        "solicitation.announce.v1",
        "staff.set.v1",
        "status.propose.v1",
        "status.verify.v1",
        "subscription.ask.v1",
        "subscription.confirm.v1",
        "subscription.end.v1",
        "subscription.set.v1",
    }
)
"""Types that may still change in any way; all others are stable."""
KINDS = ("agency_system", "provider", "program_office", "observer")
PROGRAM_CHANGED = "gov.cri.reporting.program_changed.v1"
SOLICITATION_PUBLISHED = "gov.cri.reporting.solicitation_published.v1"
Model = type[BaseModel]
Channel = Literal["in", "out", "programs"]


class MessageType(NamedTuple):
    """A type, the model of the whole message, and the kinds of participants concerned."""

    type: str
    model: Model
    channel: Channel
    kinds: frozenset[str]
    summary: str

    @property
    def name(self) -> str:
        """The type without the prefix that all have: request.submit.v1."""
        return self.type.removeprefix("gov.cri.")

    @property
    def side(self) -> Literal["producer", "reader"]:
        return "producer" if self.channel == "in" else "reader"

    @property
    def stability(self) -> Literal["stable", "preview"]:
        return "preview" if self.name in PREVIEW else "stable"

    @property
    def file(self) -> str:
        """The type's schema, below `deploy/contract`."""
        return f"schemas/{self.side}/{self.name}.json"


_TOLD, _APPLIED, _REFUSED = (
    outbound.TYPES["status"],
    outbound.TYPES["applied"],
    outbound.TYPES["message_refused"],
)
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "gov.cri.request.submit.v1": (outbound.TYPES["accepted"], outbound.TYPES["refused"]),
    "gov.cri.status.ask.v1": (_TOLD, _REFUSED),
    "gov.cri.case.ask.v1": (outbound.TYPES["case_told"], _REFUSED),
    "gov.cri.report.read.v1": (outbound.TYPES["report_told"], _REFUSED),
    "gov.cri.person.forget.v1": (outbound.TYPES["person_forgotten"], _REFUSED),
}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    kind: _ANSWERS.get(kind, (_APPLIED, _REFUSED)) for kind in inbound.DATA
}
"""Inbound type → the types of its answer."""


@cache
def message_types() -> tuple[MessageType, ...]:
    """Return every type: those that participants send first, then those that they receive."""
    return (
        *(_sent(kind, data) for kind, data in inbound.DATA.items()),
        *(_received(kind, data) for kind, data in outbound.DATA.items()),
        MessageType(
            PROGRAM_CHANGED,
            reporting.ProgramChanged,
            "programs",
            frozenset(KINDS),
            "The state of a program changed. Public.",
        ),
        MessageType(
            SOLICITATION_PUBLISHED,
            reporting.SolicitationPublished,
            "programs",
            frozenset(KINDS),
            "A solicitation was announced or changed. Public.",
        ),
    )


def _sent(kind: str, data: Model) -> MessageType:
    model = create_model(kind, __base__=inbound.Inbound, data=(data, ...))
    return MessageType(kind, model, "in", inbound.SENDERS[kind], _summary(data))


def _received(kind: str, data: Model) -> MessageType:
    model = create_model(kind, __base__=outbound.Message, data=(data, ...))
    return MessageType(kind, model, "out", outbound.RECEIVERS[kind], _summary(data))


def _summary(data: Model) -> str:
    return data.__doc__ or ""
