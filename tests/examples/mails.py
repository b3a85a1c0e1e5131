"""Events about notices and mails, with deterministic ids and numbers."""

from datetime import timedelta
from typing import TypeVar, get_args

from shared.contracts.event import derived_id, padded
from shared.contracts.notifications import (
    NoticeDecided,
    NoticeDelivered,
    NoticeFailed,
    NoticeOutcomeUnknown,
    NoticeSettled,
    NoticeUndelivered,
    ParticipantReachable,
    ParticipantUnreachable,
)
from tests.examples.streams import START, EventStream

_Event = TypeVar("_Event", NoticeDelivered, NoticeFailed, NoticeOutcomeUnknown, NoticeSettled)


def notice_decided(
    stream: EventStream, *audiences: str, number: int = 1, call: bool | None = None
) -> NoticeDecided:
    """The *number*-th decision about a request: *audiences* are sent a message."""
    kind = "gov.cri.notifications.notice_decided.v1"
    return NoticeDecided.model_validate(
        {
            "id": derived_id("example", "notice", str(number)),
            "source": "urn:cri:continuum:notifications",
            "type": kind,
            "subject": stream.tracking_number,
            "time": START + timedelta(minutes=number),
            "correlationid": stream.request_id,
            "causationid": derived_id("example", "fact", str(number)),
            "sequence": padded(number),
            "data": {
                "fact": derived_id("example", "fact", str(number)),
                "fact_type": "gov.cri.routing.offer_made.v1",
                "notices": [
                    {"audience": each, "channel": "topic", "outcome": "sent", "call": call}
                    for each in audiences
                ],
            },
        }
    )


class MailStream:
    """Makes events about the *number*-th mail; each is an hour after the last."""

    def __init__(
        self, number: int = 1, *, request_id: str = "r-1", audience: str = "iacp"
    ) -> None:
        self.mail = derived_id("example", "mail", str(number))
        self.notice = derived_id("example", "notice", str(number))
        self.request_id = request_id
        self.audience = audience
        self._count = 0

    def unknown(self) -> NoticeOutcomeUnknown:
        return self._event(NoticeOutcomeUnknown, stage="data")

    def delivered(self) -> NoticeDelivered:
        return self._event(NoticeDelivered, status="2.0.0")

    def failed(self, kind: str = "refused") -> NoticeFailed:
        return self._event(NoticeFailed, kind=kind, status="5.1.1")

    def settled(self, how: str = "counted_as_delivered") -> NoticeSettled:
        return self._event(NoticeSettled, how=how)

    def _event(self, model: type[_Event], **facts: str) -> _Event:
        self._count += 1
        (kind,) = get_args(model.model_fields["type"].annotation)
        about = {
            "id": derived_id(self.mail, kind, str(self._count)),
            "source": "urn:cri:continuum:notifications",
            "type": kind,
            "subject": f"mail:{self.mail}",
            "time": START + timedelta(hours=self._count),
            "correlationid": self.request_id,
            "causationid": self.notice,
            "sequence": padded(self._count),
        }
        data = {
            "notice": self.notice,
            "mail": self.mail,
            "contact": f"contact:{self.audience}:desk",
            "tries": self._count,
            **facts,
        }
        return model.model_validate({**about, "data": data})


def called(decided: NoticeDecided, audience: str) -> NoticeSettled:
    """Return the event that *audience* has called about *decided*, as no mail reaches them."""
    (kind,) = get_args(NoticeSettled.model_fields["type"].annotation)
    about = {
        "id": derived_id(decided.id, kind, audience),
        "source": "urn:cri:continuum:notifications",
        "type": kind,
        "subject": f"notice:{decided.id}:{audience}",
        "time": decided.time + timedelta(hours=1),
        "correlationid": decided.correlationid,
        "causationid": decided.id,
        "sequence": padded(1),
    }
    data = {"notice": decided.id, "audience": audience, "how": "told_otherwise"}
    return NoticeSettled.model_validate({**about, "data": data})


def undelivered(notice: str, audience: str) -> NoticeUndelivered:
    """Return the event that no mail about *notice* has reached *audience*."""
    (kind,) = get_args(NoticeUndelivered.model_fields["type"].annotation)
    about = {
        "id": derived_id(notice, kind, audience),
        "source": "urn:cri:continuum:notifications",
        "type": kind,
        "subject": "CRI-2026-000001-Z",
        "time": START,
        "correlationid": "r-1",
        "causationid": notice,
        "sequence": padded(1),
    }
    data = {
        "tracking_number": "CRI-2026-000001-Z",
        "participant": "ca-post",
        "audience": audience,
        "notice": notice,
        "mail": derived_id(notice, "mail", audience),
        "since": START,
    }
    return NoticeUndelivered.model_validate({**about, "data": data})


def reach(participant: str, number: int = 1) -> ParticipantUnreachable | ParticipantReachable:
    """Return the *number*-th event about *participant*; odd ones say that no mail reaches it."""
    model = ParticipantUnreachable if number % 2 else ParticipantReachable
    (kind,) = get_args(model.model_fields["type"].annotation)
    identifier = derived_id(participant, kind, str(number))
    about = {
        "id": identifier,
        "source": "urn:cri:continuum:notifications",
        "type": kind,
        "subject": participant,
        "time": START + timedelta(hours=number),
        "correlationid": identifier,
        "causationid": identifier,
        "sequence": padded(number),
    }
    return model.model_validate({**about, "data": {"participant": participant}})
