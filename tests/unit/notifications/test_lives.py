"""The stored state is the fold of the events read; only locked subjects are numbered."""

import json
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications import load_plan
from services.notifications.audiences.audience import Working
from services.notifications.audiences.case_file import File
from services.notifications.audiences.evolve import Changing, evolve
from services.notifications.audiences.repeats import Answer, WaitingRepeat
from services.notifications.audiences.request import Directory, Request
from services.notifications.audiences.request_status import ListPage
from services.notifications.batch_state import BatchState, ContactKey, WaitingNote
from services.notifications.directory import EMPTY_DIRECTORY, with_batch
from services.notifications.handlers import NotificationsReader
from services.notifications.messages import out_topic
from shared.contracts import intake
from shared.contracts.event import Event
from shared.contracts.outbound import ContactCard
from shared.delivery.records import Item
from shared.delivery.sequences import Numbers, Subject
from tests.examples.facts import AT
from tests.examples.lives import Lives
from tests.integration.notifications.conftest import topic_of

CHANGING = get_args(Changing)


class Held:
    """The committed state; a batch loads only the parts in its plan."""

    def __init__(self) -> None:
        self.directory = EMPTY_DIRECTORY
        self.requests: dict[str, Request] = {}
        self.published: dict[str, int] = {}
        self.needs: dict[str, str] = {}
        self.contacts: dict[ContactKey, ContactCard] = {}
        self.numbers: dict[Subject, int] = {}
        self.answers: dict[str, Answer] = {}
        self.repeats: dict[str, list[WaitingRepeat]] = {}
        self.notes: dict[str, WaitingNote] = {}

    def load(self, items: list[Item]) -> BatchState:
        plan = load_plan.plan_load(items)
        self.directory = with_batch(self.directory, [item.message for item in items])
        requests = {n: self.requests[n] for n in plan.requests if n in self.requests}
        engaged = [
            Working(*key, request.provider, request.engagement_id, number)
            for key in plan.contacts_set
            for number, request in self.requests.items()
            if request.participant == key[0] and key[1] in request.contact_ids
            if request.under_way and request.provider and request.engagement_id
        ]
        contacts = (
            plan.contacts_handed_over()
            | plan.contacts_set
            | {
                (requests[number].participant, contact_id)
                for number in plan.engaged & requests.keys()
                for contact_id in requests[number].contact_ids
            }
        )
        return BatchState(
            at=AT,
            directory=self.directory,
            numbers=Numbers(
                {
                    each: self.numbers.get(each, 0)
                    for each in {
                        *plan.numbered_subjects(self.directory),
                        *((out_topic(one.provider), one.provider) for one in engaged),
                    }
                }
            ),
            requests=requests,
            published={number: self.published[number] for number in requests},
            needs={n: need for n, need in self.needs.items() if n in plan.engaged},
            contacts={key: card for key, card in self.contacts.items() if key in contacts},
            answers={of: a for of, a in self.answers.items() if of in plan.repeated},
            repeats={of: r for of, r in self.repeats.items() if of in plan.answered},
            listings={question: ListPage() for question in plan.listings},
            notes_waiting={of: n for of, n in self.notes.items() if of in plan.note_answers},
            engaged=engaged,
            files={number: File() for number in plan.files},
        )

    def save(self, state: BatchState) -> None:
        self.requests |= state.requests
        self.published |= state.published
        self.needs |= state.needs_stated
        self.contacts |= state.contacts_set
        self.numbers |= state.numbers.changed
        self.answers |= {answer.inreplyto: answer for answer in state.answered}
        for of in state.repeats_released:
            del self.repeats[of]
        for of, repeats in state.repeats_held.items():
            self.repeats[of] = [*self.repeats.get(of, []), *repeats]
        for of in state.notes_settled:
            del self.notes[of]
        self.notes |= state.notes_held


def live(seed: int) -> tuple[list[Event], Held, list[Any]]:
    """Take in a random history; return its events, the stored state and the messages."""
    lives, held, reader = Lives(seed), Held(), NotificationsReader()
    events = lives.events(40)
    written: list[Any] = []
    for batch in lives.batches(events):
        items = []
        for event in batch:
            item = reader.parse(lives.log.record(topic_of(event), event))
            assert isinstance(item, Item)
            items.append(item)
        state = held.load(items)
        for item in items:
            taken = reader.decide(state, item)
            written += [json.loads(message.value or b"") for message in taken.outgoing]
        held.save(state)
    return events, held, written


def folded(events: list[Event], directory: Directory) -> dict[str, Request]:
    requests: dict[str, Request] = {}
    for event in events:
        if isinstance(event, CHANGING):
            requests[event.subject] = evolve(requests.get(event.subject), event, directory)
    return requests


@given(st.integers(0, 2**32))
@settings(max_examples=50)
def test_the_stored_state_is_the_fold_of_the_events(seed: int) -> None:
    events, held, _ = live(seed)

    assert held.requests == folded(events, held.directory)
    needs = {e.subject: e.data.issue for e in events if isinstance(e, intake.NeedStated)}
    assert {number: json.loads(need)["issue"] for number, need in held.needs.items()} == needs
    cards = {e.data.contact_id for e in events if isinstance(e, intake.ContactSet)}
    assert {contact_id for _, contact_id in held.contacts} == cards


@given(st.integers(0, 2**32))
@settings(max_examples=50)
def test_numbers_have_no_gap_and_each_event_has_one_notice(seed: int) -> None:
    events, held, written = live(seed)

    numbers: dict[tuple[str, str], list[int]] = {}
    facts: list[str] = []
    for message in written:
        if "participantsequence" in message:
            continue
        numbers.setdefault(("notices", message["subject"]), []).append(int(message["sequence"]))
        if "notices" not in message["data"]:  # who was told a case file
            continue
        facts.append(message["data"]["fact"])
        for notice in message["data"]["notices"]:
            if notice["outcome"] == "sent":
                sent = numbers.setdefault(("sent", notice["audience"]), [])
                sent.append(notice["participantsequence"])
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    waiting = {repeat.inreplyto for repeats in held.repeats.values() for repeat in repeats}
    decided = [
        event.id
        for event in events
        if not isinstance(event, intake.NeedStated)
        and event.inreplyto not in waiting | set(held.notes)
    ]
    assert sorted(facts) == sorted(decided)
