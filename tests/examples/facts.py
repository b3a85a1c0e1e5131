"""Events as intake and routing publish them, numbered per topic and subject; deterministic."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Event, derived_id, padded
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Record
from tests.examples.inbound import solicitation

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AGENCY, PROVIDER, OFFICE = "ca-post", "iacp", "program-office"
DESK = "web-desk"
"""The participant that speaks for the public."""
NUMBER = tracking_number(2026, 1)
OFFER, ENGAGEMENT = f"{NUMBER}-O1", f"{NUMBER}-E1"
SOURCES = {
    intake.TOPIC: "intake",
    intake.ANSWERS_TOPIC: "intake",
    intake.CONFIDENTIAL_TOPIC: "intake",
    reference.TOPIC: "intake",
    routing.TOPIC: "routing",
    reporting.TOPIC: "reporting",
    reporting.TEXTS_TOPIC: "reporting",
    notifications.MAIL_TOPIC: "notifications",
}
EVENTS: TypeAdapter[Any] = TypeAdapter(
    reference.ReferenceEvent
    | intake.IntakeEvent
    | intake.AnswerEvent
    | intake.ConfidentialEvent
    | routing.RoutingEvent
    | reporting.ReportingEvent
    | reporting.TextEvent
    | notifications.MailEvent
)
DECISION = {
    "id": "d-1",
    "hash": "h",
    "ruleset": "r",
    "because": {"staff": "Fits by topic.", "requester": None, "provider": None},
}


def inbound(offset: int, participant: str = AGENCY) -> str:
    """Return the coordinate of a record on the participant's topic."""
    return f"cri.in.{participant}.v1/0/{offset}"


def request_facts(number: str = NUMBER, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": derived_id(number, "request", number),
        "tracking_number": number,
        "participant": AGENCY,
        "reference": f"REF-{number}",
        "version": 1,
        "submitted_at": AT,
        "agency": {
            "ori": "CA0194200",
            "name": "Los Angeles Police Department",
            "cri_type": "local",
            "agency_class": "city",
            "state": "US-CA",
            "sworn_band": "1000+",
            "listed": True,
        },
        "requested_role": "chief",
        "contact_ids": ["c-1"],
        "topics": ["crisis_intervention", "officer_wellness"],
        "service_forms": ["policy_review"],
        "urgency": "standard",
        "wished": {"from": "2026-04-01", "until": "2026-09-30"},
        "need_stated": True,
        "reference_version": 0,
        **changes,
    }


def state(status: str, number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """Return the data that every event of routing about a request has."""
    return {
        "request_id": derived_id(number, "request", number),
        "tracking_number": number,
        "participant": AGENCY,
        "status": status,
        "program": "cri-tac",
        "lane": "cri-tac.standard",
        **more,
    }


def offer(status: str = "offered", number: str = NUMBER, **more: Any) -> dict[str, Any]:
    return state(
        status,
        number,
        **{"offer_id": f"{number}-O1", "provider": PROVIDER, **more},
    )


def made(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    return offer(
        number=number, **{"expires_at": AT + timedelta(days=7), "decision": DECISION, **more}
    )


def engagement(status: str, number: str = NUMBER, **more: Any) -> dict[str, Any]:
    ids = {"engagement_id": f"{number}-E1", "provider": PROVIDER}
    return state(status, number, **{**ids, **more})


def opened(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    return engagement("assigned", number, offer_id=f"{number}-O1", **more)


NOTE = "We could begin in June, with two people."
WHY = "The chief has read it."
TOO_LATE = {
    "request_id": derived_id(NUMBER, "request", NUMBER),
    "tracking_number": NUMBER,
    "participant": AGENCY,
    "ended": "withdrawn",
    "amendment": 2,
    "record": inbound(8),
    "message_id": "amend-1",
}


class Log:
    """Numbers and encodes events as their producers do."""

    def __init__(self) -> None:
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._offsets: Counter[str] = Counter()

    def event(
        self,
        topic: str,
        name: str,
        subject: str,
        data: Mapping[str, Any],
        *,
        inreplyto: str | None = None,
    ) -> Event:
        """Return the next event of *subject* on *topic*; *name* such as ``offer_made``."""
        self._numbers[topic, subject] += 1
        number = self._numbers[topic, subject]
        source = SOURCES[topic]
        event: Event = EVENTS.validate_python(
            {
                "id": derived_id(topic, name, subject, number),
                "source": f"urn:cri:continuum:{source}",
                "type": f"gov.cri.{source}.{name}.v1",
                "subject": subject,
                "time": AT + timedelta(minutes=number),
                "correlationid": data.get("request_id", derived_id(topic, "message", subject)),
                "causationid": inreplyto or inbound(0),
                "sequence": padded(number),
                "inreplyto": inreplyto,
                "data": data,
            }
        )
        return event

    def record(self, topic: str, event: Event) -> Record:
        offset = self._offsets[topic]
        self._offsets[topic] += 1
        key = event.correlationid if event.subject.startswith("CRI-") else event.subject
        return Record(topic, 0, offset, key.encode(), event.encode(), (), AT)

    def accepted(
        self, number: str = NUMBER, *, offset: int = 1, **changes: Any
    ) -> intake.RequestAccepted:
        event = self.event(
            intake.TOPIC,
            "request_accepted",
            number,
            request_facts(number, **changes),
            inreplyto=inbound(offset),
        )
        assert isinstance(event, intake.RequestAccepted)
        return event

    def routed(self, name: str, data: Mapping[str, Any]) -> Any:
        return self.event(routing.TOPIC, name, data["tracking_number"], data)

    def need(self, number: str = NUMBER, issue: str = "Too few crisis teams.") -> Event:
        data = {
            "request_id": derived_id(number, "request", number),
            "tracking_number": number,
            "issue": issue,
        }
        return self.event(
            intake.CONFIDENTIAL_TOPIC, "need_stated", number, data, inreplyto=inbound(1)
        )

    def note(self, answer: str | None = "counter", *, offset: int = 7) -> Event:
        """The note of a provider with its answer or a milestone."""
        data = {
            "request_id": derived_id(NUMBER, "request", NUMBER),
            "tracking_number": NUMBER,
            "participant": PROVIDER,
            "about": ENGAGEMENT if answer is None else OFFER,
            "note": NOTE,
            "requester": AGENCY,
            "answer": answer,
        }
        return self.event(
            intake.CONFIDENTIAL_TOPIC,
            "note_stated",
            NUMBER,
            data,
            inreplyto=inbound(offset, PROVIDER),
        )

    def settled(self, name: str = "message_applied", *, offset: int = 7) -> Event:
        """Routing's answer to the message that a note came with."""
        data: dict[str, Any] = {
            "participant": PROVIDER,
            "what": "offer.answer",
            "about": OFFER,
            "requester": AGENCY,
        }
        if name == "message_refused":
            data["reasons"] = [{"code": "not_yours", "path": "/", "message": "No.", "fix": "Ask."}]
        event = self.event(routing.TOPIC, name, NUMBER, data, inreplyto=inbound(offset, PROVIDER))
        return event.model_copy(update={"correlationid": derived_id(NUMBER, "request", NUMBER)})

    def contact(
        self,
        contact_id: str = "c-1",
        *,
        offset: int = 50,
        email: str | None = None,
        participant: str = AGENCY,
    ) -> Event:
        data = {
            "participant": participant,
            "contact_id": contact_id,
            "name": "A. Chief",
            "zone": "Pacific/Guam",
            **({} if email is None else {"email": email}),
        }
        return self.event(
            intake.CONFIDENTIAL_TOPIC,
            "contact_set",
            f"contact:{participant}:{contact_id}",
            data,
            inreplyto=inbound(offset, participant),
        )

    def forgotten(
        self,
        contact_id: str | None = "c-1",
        *,
        up_to: int,
        offset: int = 70,
        participant: str = AGENCY,
        subscription_id: str | None = None,
        never_write_again: bool = False,
    ) -> Event:
        """The program office has a contact forgotten, or the holder of a subscription."""
        subject = (
            f"subscription:{subscription_id}"
            if contact_id is None
            else f"contact:{participant}:{contact_id}"
        )
        data = {
            "participant": participant,
            "contact_id": contact_id,
            "subscription_id": subscription_id,
            "because": "asked_by_person",
            "never_write_again": never_write_again,
            "up_to": up_to,
        }
        event = self.event(
            intake.TOPIC, "person_forgotten", subject, data, inreplyto=inbound(offset, OFFICE)
        )
        return event.model_copy(update={"participant": OFFICE})

    def preference(
        self,
        contact_id: str = "c-1",
        *,
        offset: int = 55,
        participant: str = AGENCY,
        quiet: Mapping[str, str] | None = None,
        zone: str | None = None,
        kinds: Mapping[str, str] | None = None,
    ) -> Event:
        """What a contact has chosen."""
        data = {
            "participant": participant,
            "contact_id": contact_id,
            "kinds": kinds or {},
            "quiet": quiet,
            "zone": zone,
        }
        return self.event(
            intake.CONFIDENTIAL_TOPIC,
            "preference_set",
            f"contact:{participant}:{contact_id}",
            data,
            inreplyto=inbound(offset, participant),
        )

    def settle(self, *, offset: int = 70, actor: str | None = None, **data: Any) -> Event:
        """A person of the program office settles a mail, or a notice to an audience."""
        named = data.get("mail") or f"{data['notice']}:{data['audience']}"
        kind = "mail" if "mail" in data else "notice"
        event = self.event(
            intake.CONFIDENTIAL_TOPIC,
            "notice_settle_directed",
            f"{kind}:{named}",
            {"participant": OFFICE, "how": "counted_as_delivered", "why": WHY, **data},
            inreplyto=inbound(offset, OFFICE),
        )
        return event.model_copy(update={"participant": OFFICE, "actor": actor})

    def subscription(self, what: str, *, offset: int = 60, **data: Any) -> Event:
        """The public desk passes on an ask, a confirm, a choice or an end."""
        event = self.event(
            intake.CONFIDENTIAL_TOPIC,
            f"subscription_{what}_received",
            f"subscriptions:{DESK}",
            {"participant": DESK, "kinds": ["solicitations"], **data},
            inreplyto=inbound(offset, DESK),
        )
        return event.model_copy(update={"participant": DESK})

    def ask(self, address: str, *, offset: int = 60, **data: Any) -> Event:
        """Somebody enters an address."""
        data = {"cadence": "at_once", **data}
        return self.subscription("ask", offset=offset, address=address, **data)

    def announced(self, *, offset: int = 80, **changes: Any) -> Event:
        """A version of a solicitation."""
        return self.event(
            reference.TOPIC,
            "solicitation_announced",
            reference.SUBJECT,
            solicitation(**changes),
            inreplyto=inbound(offset, OFFICE),
        )

    def program(self, program: str = "cri-tac", *, offset: int = 81, **changes: Any) -> Event:
        """A program as it is from now on."""
        data = {"id": program, "name": "Technical Assistance", "status": "open", **changes}
        return self.event(
            reference.TOPIC,
            "program_defined",
            reference.SUBJECT,
            data,
            inreplyto=inbound(offset, OFFICE),
        )

    def undelivered(self, audience: str, number: str = NUMBER) -> Event:
        """No mail about the request has reached *audience*."""
        data = {
            "request_id": derived_id(number, "request", number),
            "tracking_number": number,
            "participant": AGENCY,
            "audience": audience,
            "notice": derived_id(number, "notice", audience),
            "mail": derived_id(number, "mail", audience),
            "since": AT,
        }
        return self.event(notifications.MAIL_TOPIC, "notice_undelivered", number, data)

    def repeat(self, offset: int, of: int) -> Event:
        return self.event(
            intake.ANSWERS_TOPIC,
            "answer_repeated",
            AGENCY,
            {"participant": AGENCY, "of": inbound(of)},
            inreplyto=inbound(offset),
        )

    def asked(
        self, about: str, asker: str, *, offset: int = 90, after: str | None = None
    ) -> Event:
        return self.event(
            intake.ANSWERS_TOPIC,
            "status_asked",
            asker,
            {"participant": asker, "about": about, "after": after},
            inreplyto=inbound(offset, asker),
        )

    def case_asked(
        self, number: str = NUMBER, *, offset: int = 95, need_stated: bool = True
    ) -> intake.CaseFileAsked:
        data = {
            "participant": OFFICE,
            "request_id": derived_id(number, "request", number),
            "tracking_number": number,
            "purpose": "call",
            "need_stated": need_stated,
        }
        event = self.event(
            intake.ANSWERS_TOPIC,
            "case_file_asked",
            OFFICE,
            data,
            inreplyto=inbound(offset, OFFICE),
        )
        assert isinstance(event, intake.CaseFileAsked)
        return event.model_copy(update={"actor": "staff:w1"})

    def registered(
        self, participant: str, kind: str, name: str, *, offset: int, **more: Any
    ) -> Event:
        sources = [f"urn:cri:{participant}"]
        own = {"id": participant, "kind": kind, "name": name, "sources": sources}
        return self.event(
            reference.TOPIC,
            "participant_registered",
            reference.SUBJECT,
            own | more,
            inreplyto=inbound(offset, OFFICE),
        )
