from typing import Any

import pytest

from services.notifications import store
from shared.contracts import intake, reporting, routing
from shared.contracts.tracking import tracking_number
from tests.examples.assessments import message
from tests.examples.facts import (
    AGENCY,
    DECISION,
    ENGAGEMENT,
    NUMBER,
    OFFER,
    OFFICE,
    PROVIDER,
    TOO_LATE,
    engagement,
    inbound,
    made,
    opened,
    request_facts,
    state,
)
from tests.integration.notifications.conftest import World, history, kinds, numbers


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("repeat_first", [True, False])
async def test_a_repeat_gets_the_first_answer_again_in_either_order(
    world: World, *, together: bool, repeat_first: bool
) -> None:
    events = [world.log.accepted(offset=4), world.log.repeat(5, of=4)]
    if repeat_first:
        events.reverse()

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    first, again = await world.out(AGENCY)
    assert (first["inreplyto"], again["inreplyto"]) == (inbound(4), inbound(5))
    assert again["data"] == {**first["data"], "repeat": True}
    assert (again["type"], first["id"] != again["id"]) == (first["type"], True)
    assert numbers([first, again]) == [1, 2]
    assert await world.count("waiting_repeats") == 0
    assert await world.count("answers") == 2
    about_repeat = [n for n in await world.notices() if n["subject"] == AGENCY]
    assert len(about_repeat) == 1


async def test_several_repeats_wait_for_an_answer_that_routing_gives(world: World) -> None:
    repeats = [world.log.repeat(5, of=4), world.log.repeat(6, of=4)]
    applied = world.log.event(
        routing.TOPIC,
        "message_applied",
        AGENCY,
        {"participant": AGENCY, "what": "request.withdraw", "about": NUMBER},
        inreplyto=inbound(4),
    )

    await world.take_in(repeats[0])
    await world.take_in(repeats[1])
    assert await world.out(AGENCY) == []
    await world.take_in(applied)

    answered = [(m["inreplyto"], m["data"].get("repeat")) for m in await world.out(AGENCY)]
    assert answered == [(inbound(4), False), (inbound(5), True), (inbound(6), True)]


async def test_an_answer_carries_the_senders_own_id_however_late_it_is_given(
    world: World,
) -> None:
    repeat = world.log.repeat(5, of=4).model_copy(update={"inreplytoid": "second try"})
    accepted = world.log.accepted(offset=4).model_copy(update={"inreplytoid": "first try"})

    await world.take_in(repeat)
    await world.take_in(accepted)

    answered = [(m["inreplyto"], m["inreplytoid"]) for m in await world.out(AGENCY)]
    assert answered == [(inbound(4), "first try"), (inbound(5), "second try")]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", ["applied", "too late"])
async def test_that_an_amendment_came_too_late_is_told_once_and_behind_its_answer(
    world: World, *, together: bool, first: str
) -> None:
    await world.take_in(world.log.accepted())
    amended = world.log.event(
        intake.TOPIC, "request_amended", NUMBER, request_facts(version=2), inreplyto=inbound(8)
    )
    too_late = world.log.routed("amendment_came_too_late", TOO_LATE)
    events = [amended, too_late] if first == "applied" else [too_late, amended]

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)
    await world.take_in(too_late)  # which the relay may send twice

    _, answer, told = await world.out(AGENCY)
    assert (answer["type"], answer["inreplyto"]) == ("gov.cri.message.applied.v1", inbound(8))
    assert told["type"] == "gov.cri.amendment.came_too_late.v1"
    assert "inreplyto" not in told
    assert (told["data"]["record"], told["data"]["message_id"]) == (inbound(8), "amend-1")
    assert told["data"]["sentence"].endswith("the request was withdrawn before.")


async def test_an_observer_has_no_part_in_any_request_and_is_told_so(world: World) -> None:
    await world.take_in(
        world.log.registered("wi-post", "observer", "Wisconsin", offset=0),
        world.log.accepted(reference_version=1),
    )

    await world.take_in(
        world.log.asked("all", "wi-post", offset=1), world.log.asked(NUMBER, "wi-post", offset=2)
    )

    told, refused = await world.out("wi-post")
    assert (told["data"]["requests"], told["data"]["more"]) == ([], 0)
    assert [reason["code"] for reason in refused["data"]["reasons"]] == ["not_yours"]


async def test_garbage_from_somebody_unregistered_is_refused_on_its_own_topic(
    world: World,
) -> None:
    reason = {"code": "not_json", "path": "", "message": "This is not JSON.", "fix": "Send JSON."}
    event = world.log.event(
        intake.ANSWERS_TOPIC,
        "submission_refused",
        "stranger",
        {"participant": "stranger", "reasons": [reason]},
        inreplyto=inbound(0, "stranger"),
    )

    await world.take_in(event)

    (refusal,) = await world.out("stranger")
    assert refusal["type"] == "gov.cri.message.refused.v1"
    assert refusal["data"]["reasons"] == [reason]


async def test_a_second_answer_to_one_record_is_a_dead_letter_not_a_message(world: World) -> None:
    await world.take_in(world.log.accepted(NUMBER, offset=4))
    other = world.log.event(
        routing.TOPIC,
        "message_applied",
        AGENCY,
        {"participant": AGENCY, "what": "request.submit", "about": NUMBER},
        inreplyto=inbound(4),
    )

    outcomes = await world.take_in(other, world.log.contact())

    assert outcomes == {"dead": 1, "applied": 1}
    assert kinds(await world.out(AGENCY)) == ["submission.accepted", "message.applied"]


async def test_each_asker_is_told_what_it_may_know(world: World) -> None:
    other = "CRI-2026-000002-X"
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        world.log.accepted(reference_version=1),
        world.log.accepted(other, offset=2, reference_version=1),
        world.log.routed("offer_made", made()),
        world.log.routed(
            "request_waitlisted", state("waiting", other, reason="no_capacity", decision=DECISION)
        ),
    )

    await world.take_in(
        world.log.asked(NUMBER, PROVIDER, offset=1),
        world.log.asked("open_offers", PROVIDER, offset=2),
        world.log.asked("all", PROVIDER, offset=3),
        world.log.asked(other, PROVIDER, offset=4),
        world.log.asked("all", OFFICE, offset=5),
        world.log.asked("open_offers", OFFICE, offset=6),
        world.log.asked("all", AGENCY, offset=7),
        world.log.asked("all", "fop", offset=8),
    )

    def listed(messages: list[dict[str, Any]]) -> list[Any]:
        return [
            [line["tracking_number"] for line in m["data"]["requests"]]
            if "requests" in m["data"]
            else m["data"]["reasons"][0]["code"]
            for m in messages
            if m["type"] in ("gov.cri.status.told.v1", "gov.cri.message.refused.v1")
        ]

    assert listed(await world.out(PROVIDER)) == [[NUMBER], [NUMBER], [NUMBER], "not_yours"]
    assert listed(await world.out(OFFICE)) == [[NUMBER, other], [NUMBER]]
    assert listed(await world.out(AGENCY)) == [[NUMBER, other]]
    assert listed(await world.out("fop")) == [[]]
    (offered,) = (await world.out(PROVIDER))[1]["data"]["requests"]
    assert offered["offer_id"] == OFFER


@pytest.mark.parametrize("about", [NUMBER, "all"])
async def test_whoever_may_know_a_request_is_told_what_it_asks_for_now(
    world: World, about: str
) -> None:
    amended = request_facts(version=2, topics=["peer_support"], wished={"until": "2026-12-31"})
    await world.take_in(
        world.log.registered(PROVIDER, "provider", "IACP", offset=0),
        world.log.accepted(reference_version=1),
        world.log.routed("offer_made", made()),
    )

    await world.take_in(world.log.asked(about, PROVIDER, offset=1))
    await world.take_in(
        world.log.routed("engagement_opened", opened()),
        world.log.event(intake.TOPIC, "request_amended", NUMBER, amended, inreplyto=inbound(8)),
    )
    await world.take_in(
        world.log.asked(about, AGENCY, offset=9), world.log.asked(about, PROVIDER, offset=2)
    )

    told = [m for m in await world.out(PROVIDER) if m["type"] == "gov.cri.status.told.v1"]
    (offered,), (engaged,) = (message["data"]["requests"] for message in told)
    (own,) = (await world.out(AGENCY))[-1]["data"]["requests"]
    assert "engagement_id" not in offered.keys() | own.keys()
    assert engaged["engagement_id"] == ENGAGEMENT
    assert offered["topics"] == ["crisis_intervention", "officer_wellness"]
    for line in (own, engaged):
        assert line["topics"] == ["peer_support"]
        assert line["service_forms"] == ["policy_review"]
        assert line["wished"] == {"until": "2026-12-31"}


async def test_pages_name_every_request_the_open_ones_first_also_if_one_ends_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PAGE", 2)
    numbers = [tracking_number(2026, counter) for counter in range(1, 6)]

    def withdrawn(number: str) -> Any:
        return world.log.routed("request_withdrawn", state("withdrawn", number, before="accepted"))

    async def pages(asker: str, *between: Any) -> list[Any]:
        told: list[Any] = []
        after, waiting = None, list(between)
        for offset in range(10, 14):
            await world.take_in(world.log.asked("all", asker, offset=offset, after=after))
            data = (await world.out(asker))[-1]["data"]
            told.append((data["more"], [line["tracking_number"] for line in data["requests"]]))
            after = data.get("next")
            if after is None:
                return told
            if waiting:
                await world.take_in(waiting.pop())
        raise AssertionError(told)

    one, two, three, four, five = numbers
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=0),
        *(
            world.log.accepted(number, offset=place, reference_version=1)
            for place, number in enumerate(numbers, 1)
        ),
        withdrawn(one),
    )

    assert await pages(OFFICE) == [(3, [two, three]), (1, [four, five]), (0, [one])]
    assert await pages(AGENCY, withdrawn(three)) == [
        (3, [two, three]),
        (2, [four, five]),
        (0, [one, three]),
    ]


async def test_after_the_end_the_state_is_the_last_one_told(world: World) -> None:
    await world.take_in(*history(world.log))
    delivered = engagement("delivered", milestone="delivered", on="2026-06-01")
    await world.take_in(
        world.log.routed("engagement_progressed", delivered),
        world.log.routed("engagement_closed", engagement("closed", reason="completed")),
        world.log.asked(NUMBER, AGENCY),
    )

    *_, closed, status = await world.out(AGENCY)
    assert closed["data"]["status"] == "closed"
    (line,) = status["data"]["requests"]
    assert (line["status"], line["sentence"]) == ("closed", closed["data"]["sentence"])


@pytest.mark.parametrize("repeat_first", [True, False])
async def test_what_reporting_answers_is_told_to_the_sender_and_repeated(
    world: World, *, repeat_first: bool
) -> None:
    about = {"participant": AGENCY, "what": "recommendation.claim", "about": ENGAGEMENT}
    reasons = [{"code": "not_recorded", "path": "/x", "message": "No.", "fix": "Record it."}]
    place = inbound(4)
    refused = world.log.event(
        reporting.TOPIC,
        "message_refused",
        ENGAGEMENT,
        {**about, "reasons": reasons},
        inreplyto=place,
    )
    events = [refused, world.log.repeat(5, of=4)]

    for event in reversed(events) if repeat_first else events:
        await world.take_in(event)

    first, again = await world.out(AGENCY)
    assert first["data"]["refused_by"] == "reporting"
    assert first["data"]["reasons"] == reasons
    assert first["inreplyto"] == place
    assert again["data"] == {**first["data"], "repeat": True}


async def test_a_message_about_an_assessment_is_answered_once_by_reporting(world: World) -> None:
    recorded = message("finding_recorded", participant=PROVIDER, engagement=ENGAGEMENT)
    about = {"participant": PROVIDER, "what": "finding.record", "about": ENGAGEMENT}
    applied = world.log.event(
        reporting.TOPIC, "message_applied", ENGAGEMENT, about, inreplyto=recorded.inreplyto
    )

    await world.take_in(recorded)
    await world.take_in(applied)

    (answer,) = [each for each in await world.out(PROVIDER) if each["inreplyto"]]
    assert answer["data"] == {"what": "finding.record", "about": ENGAGEMENT, "repeat": False}
