"""Random lives of requests as notifications reads them, the same for each seed."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from shared.contracts import intake, reference
from shared.contracts.event import Event, derived_id
from shared.contracts.tracking import tracking_number
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    NUMBER,
    OFFICE,
    PROVIDER,
    TOO_LATE,
    Log,
    engagement,
    inbound,
    made,
    offer,
    opened,
    request_facts,
    state,
)

NUMBERS = (NUMBER, *(tracking_number(2026, n) for n in range(2, 5)))
PROVIDERS = (PROVIDER, "fop", "iaclea")
REASON = {"code": "schema", "path": "/data", "message": "No.", "fix": "Mend it."}
WORDS = {"staff": "s", "requester": "For you.", "provider": "For the provider."}


def registrations(log: Log) -> list[Event]:
    """The participants and the program of all lives."""
    program = {"id": "cri-tac", "name": "CRI-TAC", "status": "open"}
    return [
        log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        log.registered(AGENCY, "agency_system", "California", offset=1),
        log.registered(PROVIDER, "provider", "IACP", offset=2),
        log.event(reference.TOPIC, "program_defined", reference.SUBJECT, program,
                  inreplyto=inbound(3, OFFICE)),
    ]  # fmt: skip


REGISTERED = len(registrations(Log()))


class Lives:
    """
    Draws facts about a few requests.

    Every order of states is drawn, not only those that routing decides: telling keeps no rules of
    its own about them.
    """

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.log = Log()
        self._offset = 10
        self._answered: list[int] = []
        self._accepted: list[str] = []

    def events(self, count: int) -> list[Event]:
        """Return the registrations and *count* or a few more facts, in an order of events."""
        events = registrations(self.log)
        while len(events) < count:
            events += self._some()
        return events

    def batches(self, events: Sequence[Event]) -> Iterator[list[Event]]:
        """Cut *events* into batches of several sizes, the registrations in one of their own."""
        batch, left = list(events[:REGISTERED]), list(events[REGISTERED:])
        while batch:
            yield batch
            size = self.draw.choice((1, 2, 5, 20))
            batch, left = left[:size], left[size:]

    def disturbed(self, batch: Sequence[Event]) -> list[Event]:
        """Return *batch* as it may arrive: in another order, or with events that come twice."""
        arriving = list(batch)
        if self.draw.random() < 0.3:
            self.draw.shuffle(arriving)
        if self.draw.random() < 0.3:
            arriving += self.draw.choices(arriving, k=2)
        return arriving

    def _some(self) -> list[Event]:
        if not self._accepted or self.draw.random() < 0.1:
            return self._accept()
        number = self.draw.choice(self._accepted)
        kinds: list[Callable[[str], list[Event]]] = [
            self._route, self._route, self._route, self._amend, self._ask, self._repeat,
            self._confidential, self._note, self._answer, self._hand_on, self._open_file,
        ]  # fmt: skip
        return self.draw.choice(kinds)(number)

    def _next_offset(self) -> int:
        self._offset += 1
        return self._offset

    def _accept(self) -> list[Event]:
        left = [number for number in NUMBERS if number not in self._accepted]
        if not left:
            return self._ask(self.draw.choice(self._accepted))
        self._accepted.append(left[0])
        offset = self._next_offset()
        self._answered.append(offset)
        contacts = self.draw.choice(([], ["c-1"], ["c-1", 'odd "id"']))
        return [self.log.accepted(left[0], offset=offset, contact_ids=contacts,
                                  reference_version=self.draw.choice((0, 1)))]  # fmt: skip

    def _amend(self, number: str) -> list[Event]:
        offset = self._next_offset()
        need = [self.log.need(number, issue="Amended.")] if self.draw.random() < 0.5 else []
        words = self.draw.choice((None, 0)) if not need else need[0].number
        topics, contacts = self.draw.choice((["wellness"], [])), self.draw.choice((["c-2"], []))
        facts = request_facts(number, version=2, topics=topics, contact_ids=contacts, words=words)
        amended = self.log.event(
            intake.TOPIC, "request_amended", number, facts, inreplyto=inbound(offset)
        )
        if self.draw.random() < 0.8:
            asked = {name: facts[name] for name in ("topics", "service_forms", "wished")}
            newer = {"asked": asked, "words": words, "provider": self.draw.choice(PROVIDERS)}
            changed = state(self.draw.choice(("waiting", "offered", "assigned")), number,
                            amendment=amended.number, **self.draw.choice(({}, newer)))  # fmt: skip
            return [amended, *need, self.log.routed("facts_changed", changed)]
        late = {**TOO_LATE, "tracking_number": number, "amendment": amended.number,
                "request_id": derived_id(number, "request", number),
                "ended": self.draw.choice(("closed", "gone"))}  # fmt: skip
        return [amended, *need, self.log.routed("amendment_came_too_late", late)]

    def _route(self, number: str) -> list[Event]:
        draw, by = self.draw, self.draw.choice(PROVIDERS)
        decision = {**DECISION, "because": draw.choice((DECISION["because"], WORDS))}
        name, data = draw.choice([
            ("request_triaged", state("triaged", number, decision=decision)),
            ("request_waitlisted", state("waiting", number, decision=decision, reason=draw.choice(
                ("no_capacity", "program_not_open", "unheard_of")),
                opens_at=AT + timedelta(days=90))),
            ("request_referred", state("referred", number, decision=decision, provider=by,
                reason=draw.choice(("countered", "no_ori")), counter_from="2026-05-01")),
            ("request_ineligible", state("ineligible", number, reasons=[REASON],
                                         decision=decision)),
            ("offer_made", made(number, provider=by, decision=decision)),
            ("offer_made", made(number, provider=by, decision=decision,
                                continues=f"{number}-E1")),
            ("offer_made", made(number, provider=by, decision=decision, program=None)),
            ("offer_declined", offer("triaged", number, provider=by,
                                     reason=draw.choice(("countered", "timing")))),
            ("offer_lapsed", offer("triaged", number, provider=by)),
            ("offer_withdrawn", offer("triaged", number, provider=by)),
            ("engagement_opened", opened(number, provider=by)),
            ("engagement_progressed", engagement(draw.choice(("in_delivery", "delivered")),
                number, provider=by, milestone="on_site", on="2026-05-01")),
            ("engagement_closed", engagement("closed", number, provider=by,
                ended_by=draw.choice((None, OFFICE, "cri-tac")),
                reason=draw.choice(("completed", "unheard_of")))),
            ("engagement_ended", engagement("triaged", number, provider=by, ended_by=draw.choice(
                (by, OFFICE)), reason=draw.choice(("provider_lost", "superseded")),
                referred=draw.random() < 0.3, next_provider=draw.choice((None, "fop")))),
            ("engagement_affected", engagement("assigned", number, provider=by, cause=draw.choice(
                ("provider_suspended", "takes_part_again", "unheard_of")),
                proposed_provider=draw.choice((None, *PROVIDERS)), **draw.choice(
                    ({}, {"stopped": True, "stop_changed": True}, {"stop_changed": True})))),
            ("request_withdrawn", state("withdrawn", number, before=draw.choice(
                ("referred", "assigned")), **draw.choice(({}, {
                    "provider": by, "engagement_id": f"{number}-E1"})))),
            ("clock_missed", state("offered", number, clock="triage.standard", due_at=AT)),
            ("clock_moved", state("offered", number, clock="offer_answer.standard", provider=by,
                                  before=AT, due_at=AT)),
            ("clock_moved", state("referred", number, clock="triage.standard", before=AT,
                                  due_at=AT)),
            ("clock_reminded", state("offered", number, due_at=AT, **draw.choice((
                {"clock": "triage.urgent"}, {"clock": "engagement_silence", "provider": by})))),
            ("clock_paused", state("assigned", number, clock="engagement_silence", left=90_000.0)),
            ("clock_resumed", state("assigned", number, clock="engagement_silence", due_at=AT)),
            ("clock_settled", state("assigned", number, clock="engagement_silence", due_at=AT, n=2,
                                    settled_by=OFFICE, reason="agreed", **draw.choice(
                                        ({}, {"next_at": AT + timedelta(days=90)})))),
            ("clock_still_missed", state("assigned", number, clock="engagement_silence",
                                         due_at=AT, next_at=AT, n=2)),
        ])  # fmt: skip
        return [self.log.routed(name, data)]

    def _ask(self, number: str) -> list[Event]:
        about = self.draw.choice((number, NUMBERS[-1], "all", "open_offers", "no such number"))
        asker = self.draw.choice((AGENCY, OFFICE, *PROVIDERS))
        return [self.log.asked(about, asker, offset=self._next_offset())]

    def _open_file(self, number: str) -> list[Event]:
        return [self.log.case_asked(number, offset=self._next_offset())]

    def _repeat(self, _: str) -> list[Event]:
        """A record comes again: one that was answered, or one that will be."""
        of = self.draw.choice(self._answered)
        repeat = self.log.repeat(self._next_offset(), of)
        if self.draw.random() < 0.5:
            return [repeat]
        first = self._next_offset()
        early = self.log.repeat(self._next_offset(), first)
        facts = {"participant": AGENCY, "reasons": [REASON],
                 "kind": self.draw.choice((None, "gov.cri.request.submit.v1"))}  # fmt: skip
        refused = self.log.event(intake.ANSWERS_TOPIC, "submission_refused", AGENCY, facts,
                                 inreplyto=inbound(first))  # fmt: skip
        return [repeat, early, refused]

    def _confidential(self, number: str) -> list[Event]:
        contact = self.draw.choice(("c-1", "c-2", 'odd "id"'))
        return [
            self.log.need(number, issue=self.draw.choice(("Too few teams.", "Other words: é"))),
            self.log.contact(contact, offset=self._next_offset()),
        ]

    def _note(self, _: str) -> list[Event]:
        """A note and the answer to the message that it came with, in either order."""
        offset = self._next_offset()
        note = self.log.note(self.draw.choice((None, "accept", "decline")), offset=offset)
        name = self.draw.choice(("message_applied", "message_refused"))
        both = [note, self.log.settled(name, offset=offset)]
        return both if self.draw.random() < 0.5 else both[::-1]

    def _answer(self, _: str) -> list[Event]:
        by = self.draw.choice(PROVIDERS)
        facts: dict[str, Any] = {"participant": by, "what": "capacity.declare", "about": by}
        return [self.log.event("cri.int.routing.v1", "message_applied", by, facts,
                               inreplyto=inbound(self._next_offset(), by))]  # fmt: skip

    def _hand_on(self, number: str) -> list[Event]:
        """A message that intake forwards to routing, which answers it."""
        about = {"request_id": derived_id(number, "request", number), "tracking_number": number}
        handed_on: list[tuple[str, dict[str, Any]]] = [
            ("withdrawal_requested", {**about, "participant": AGENCY}),
            ("offer_answered", {**about, "offer_id": f"{number}-O1", "provider": PROVIDER,
                                "answer": "accept"}),
            ("milestone_reported", {**about, "engagement_id": f"{number}-E1", "on": "2026-05-01",
                                    "provider": PROVIDER, "milestone": "kick_off"}),
            ("engagement_close_reported", {**about, "engagement_id": f"{number}-E1",
                                           "provider": PROVIDER, "reason": "completed"}),
            ("engagement_end_directed", {**about, "engagement_id": f"{number}-E1",
                                         "participant": OFFICE, "reason": "superseded",
                                         "then": "close"}),
            ("engagement_rehome_directed", {**about, "engagement_id": f"{number}-E1",
                                            "participant": OFFICE, "reason": "superseded",
                                            "to": "provider", "provider": "fop",
                                            "reference_version": 0}),
            ("clock_settle_directed", {**about, "participant": OFFICE, "reason": "agreed",
                                       "clock": "engagement_silence"}),
            ("request_directed", {**about, "participant": OFFICE, "action": "place",
                                  "provider": PROVIDER, "reason": "checked",
                                  "reference_version": 0}),
        ]  # fmt: skip
        name, facts = self.draw.choice(handed_on)
        by = facts.get("participant", PROVIDER)
        return [self.log.event(intake.TOPIC, name, number, facts,
                               inreplyto=inbound(self._next_offset(), by))]  # fmt: skip
