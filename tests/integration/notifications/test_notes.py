"""A provider's note reaches its recipients, in any order of arrival."""

from typing import Any

import pytest

from services.notifications.audiences.audience import NotNeeded, Send, View
from services.notifications.audiences.request import Directory
from services.notifications.decide import decide
from shared.contracts import intake
from tests.examples.facts import AGENCY, AT, NOTE, NUMBER, OFFER, OFFICE, PROVIDER, Log, inbound
from tests.integration.notifications.conftest import World, kinds, numbers

DIRECTORY = Directory({PROVIDER: "IACP"}, {}, (OFFICE,))


def note(answer: str | None = None, **facts: Any) -> intake.NoteStated:
    event = Log().note(answer)
    assert isinstance(event, intake.NoteStated)
    return event.model_copy(update={"data": event.data.model_copy(update=facts)})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, [OFFICE, AGENCY]),
        ("accept", [OFFICE, AGENCY]),
        ("decline", [OFFICE]),
        ("counter", [OFFICE]),
    ],
)
def test_the_office_is_told_and_the_requester_where_help_is_given(
    answer: str | None, told: list[str]
) -> None:
    notices = decide(note(answer), View(AT, DIRECTORY))

    sent = [each for each in notices if isinstance(each, Send)]
    assert [each.audience for each in sent] == told
    assert {each.classification for each in sent} == {"restricted"}


def test_a_note_of_an_earlier_release_goes_to_the_office_alone() -> None:
    notices = decide(note(requester=None, answer=None), View(AT, DIRECTORY))

    assert [each.audience for each in notices] == [OFFICE]


def test_a_note_with_what_was_refused_goes_to_nobody() -> None:
    (notice,) = decide(note("accept"), View(AT, DIRECTORY, applied=False))

    assert isinstance(notice, NotNeeded)
    assert notice.audience == PROVIDER


async def prepare(world: World) -> None:
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        world.log.registered(PROVIDER, "provider", "IACP", offset=1),
        world.log.accepted(reference_version=2),
    )


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("note_first", [True, False])
async def test_a_note_is_handed_on_once_whether_it_comes_before_its_answer_or_after(
    world: World, *, together: bool, note_first: bool
) -> None:
    await prepare(world)
    before = len(await world.out(OFFICE))
    events = [world.log.note("accept"), world.log.settled()]
    events = events if note_first else events[::-1]

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)
    assert await world.take_in(*events) == {"duplicate": 2}

    (at_office,) = (await world.out(OFFICE))[before:]
    assert at_office["type"] == "gov.cri.note.stated.v1"
    assert at_office["dataclassification"] == "restricted"
    assert at_office["data"] == {
        "tracking_number": NUMBER,
        "about": OFFER,
        "provider": PROVIDER,
        "answer": "accept",
        "note": NOTE,
        "sentence": "IACP wrote this with its acceptance.",
    }
    assert "inreplyto" not in at_office
    told = await world.out(AGENCY)
    assert (kinds(told)[-1], told[-1]["data"]) == ("note.stated", at_office["data"])
    assert kinds(await world.out(PROVIDER)) == ["message.applied"]
    for messages in (told, await world.out(OFFICE)):
        assert numbers(messages) == list(range(1, len(messages) + 1))
    assert await world.count("waiting_notes") == 0
    for notice in await world.notices():
        assert NOTE not in str(notice)


async def test_e34_the_words_of_a_counteroffer_reach_the_office_and_not_the_requester(
    world: World,
) -> None:
    await prepare(world)
    to_agency = len(await world.out(AGENCY))

    await world.take_in(world.log.note("counter"), world.log.settled())

    (words,) = [m["data"] for m in await world.out(OFFICE) if "note" in m["data"]]
    assert (words["answer"], words["note"]) == ("counter", NOTE)
    assert (await world.out(AGENCY))[to_agency:] == []


@pytest.mark.parametrize("note_first", [True, False])
async def test_a_note_whose_message_is_refused_is_dropped(
    world: World, *, note_first: bool
) -> None:
    await prepare(world)
    before = len(await world.out(OFFICE)), len(await world.out(AGENCY))
    events = [world.log.note("accept"), world.log.settled("message_refused")]

    for event in events if note_first else events[::-1]:
        await world.take_in(event)

    assert (len(await world.out(OFFICE)), len(await world.out(AGENCY))) == before
    assert kinds(await world.out(PROVIDER)) == ["message.refused"]
    assert await world.count("waiting_notes") == 0


async def test_a_note_waits_for_the_request_itself(world: World) -> None:
    note, applied = world.log.note(), world.log.settled()

    await world.take_in(note, applied)
    await prepare(world)

    assert [m["data"]["note"] for m in await world.out(OFFICE) if "note" in m["data"]] == [NOTE]


async def test_each_of_several_notes_waits_for_its_own_answer(world: World) -> None:
    await prepare(world)
    first, second = world.log.note("decline", offset=7), world.log.note(None, offset=8)
    before = len(await world.out(OFFICE))

    await world.take_in(first, second, world.log.settled(offset=8))

    told = (await world.out(OFFICE))[before:]
    assert ["answer" in message["data"] for message in told] == [False]
    waiting = await world.pool.fetch("SELECT inreplyto FROM waiting_notes")
    assert [row[0] for row in waiting] == [inbound(7, PROVIDER)]
