from datetime import timedelta

import pytest

from services.intake.batch_state import Decision
from services.intake.list_limits import INTERVAL, MAX_PAGES
from shared.contracts.tracking import tracking_number
from tests.examples.door import Door, codes, types
from tests.examples.inbound import AT, PROVIDER

NEXT = "open/CRI-2026-000001-K"
SOON = AT + INTERVAL - timedelta(milliseconds=1)


def ask(door: Door, about: str = "all", **said: object) -> Decision:
    after = said.pop("after", None)
    data = {"about": about} if after is None else {"about": about, "after": after}
    return door.say("status.ask", data, **said)


@pytest.mark.parametrize("about", ["all", "open_offers"])
def test_a_list_is_told_once_in_ten_seconds(about: str) -> None:
    door = Door()

    first, soon, later = (ask(door, about, at=at) for at in (AT, SOON, AT + INTERVAL))

    assert types(first) == types(later) == ["status_asked"]
    assert codes(soon) == ["too_often"]


def test_another_list_another_participant_and_a_single_request_are_not_held_up() -> None:
    door = Door()
    ask(door)

    answers = [ask(door, "open_offers"), ask(door, sender=PROVIDER)]
    answers += [ask(door, tracking_number(2026, 1)) for _ in range(30)]

    assert all(types(answer) == ["status_asked"] for answer in answers)


def test_so_many_pages_may_follow_at_once_and_no_more() -> None:
    door = Door()
    ask(door)

    pages = [ask(door, after=NEXT, at=SOON) for _ in range(MAX_PAGES)]

    assert all(types(page) == ["status_asked"] for page in pages)
    assert codes(ask(door, after=NEXT, at=SOON)) == ["too_often"]
    assert types(ask(door, after=NEXT, at=AT + INTERVAL)) == ["status_asked"]


def test_pages_without_a_first_one_are_counted_as_well() -> None:
    door = Door()

    answers = [ask(door, after=NEXT) for _ in range(MAX_PAGES + 2)]

    assert codes(answers.pop()) == ["too_often"]
    assert all(types(answer) == ["status_asked"] for answer in answers)


def test_an_answer_is_told_again_as_often_as_pages_may_follow() -> None:
    door = Door()
    ask(door, id="once")

    again = [ask(door, id="once") for _ in range(MAX_PAGES)]

    assert all(types(answer) == ["answer_repeated"] for answer in again)
    assert codes(ask(door, id="once")) == ["too_often"]


def test_what_was_refused_for_its_pace_may_be_sent_again_under_its_id() -> None:
    door = Door()
    ask(door)

    refused, taken = ask(door, id="again", at=SOON), ask(door, id="again", at=AT + INTERVAL)

    assert codes(refused) == ["too_often"]
    assert types(taken) == ["status_asked"]


def test_a_clock_of_the_broker_that_was_set_back_holds_nobody_up() -> None:
    door = Door()
    ask(door, at=AT + timedelta(hours=1))

    assert types(ask(door, at=AT)) == ["status_asked"]


@pytest.mark.parametrize(
    ("about", "after"),
    [("all", "CRI-2026-000001-K"), ("all", "open/"), (tracking_number(2026, 1), NEXT)],
)
def test_only_a_list_has_pages_and_only_their_places_are_taken(about: str, after: str) -> None:
    assert codes(ask(Door(), about, after=after)) == ["schema"]
