"""What a batch may not store again of a person who was forgotten."""

import pytest

from services.notifications.forgetting.forgotten import Forgetting, Known
from services.notifications.subscriptions.subscriber import Subscriber
from shared.contracts.event import Event
from shared.contracts.intake import ContactSet, PersonForgotten
from tests.examples.facts import AGENCY, DESK, Log

KEY = (AGENCY, "c-1")
ADDRESS = "pat@agency.example"
ID = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"


def contact(number: int) -> ContactSet:
    log = Log()
    events = [log.contact(email=ADDRESS) for _ in range(number)]
    assert isinstance(events[-1], ContactSet)
    return events[-1]


def forgotten(event: Event) -> PersonForgotten:
    assert isinstance(event, PersonForgotten)
    return event


@pytest.mark.parametrize(("number", "is_covered"), [(1, True), (2, True), (3, False)])
@pytest.mark.parametrize("before", [True, False])
def test_what_was_said_up_to_the_number_is_covered(
    number: int, *, is_covered: bool, before: bool
) -> None:
    people = Forgetting({KEY: Known(up_to=2)} if before else {KEY: Known()})
    if not before:
        people.forget(forgotten(Log().forgotten(up_to=2)))

    assert people.covers(contact(number)) == is_covered


def test_a_later_forgetting_covers_more_and_never_less() -> None:
    people = Forgetting({KEY: Known(up_to=3)})

    people.forget(forgotten(Log().forgotten(up_to=1)))

    assert people.covers(contact(3))
    assert not people.covers(contact(4))


@pytest.mark.parametrize(
    ("number", "is_stored"), [(None, False), (1, False), (2, False), (3, True)]
)
def test_only_what_was_said_later_stays_stored(number: int | None, *, is_stored: bool) -> None:
    people = Forgetting({KEY: Known(number=number)})

    people.forget(forgotten(Log().forgotten(up_to=2)))

    assert people.is_stored(KEY) == is_stored


@pytest.mark.parametrize("never", [True, False])
def test_a_wish_for_no_mail_is_kept_of_an_address_that_comes_late(*, never: bool) -> None:
    people = Forgetting({KEY: Known(up_to=1, never_write_again=never)})

    people.keep_out(contact(1))

    assert people.unwished == ({f"contact:{AGENCY}:c-1": ADDRESS} if never else {})


def test_the_last_wish_counts() -> None:
    people = Forgetting({KEY: Known(up_to=1, never_write_again=True)})
    people.forget(forgotten(Log().forgotten(up_to=1, never_write_again=False)))

    people.keep_out(contact(1))

    assert people.unwished == {}


@pytest.mark.parametrize("never", [True, False])
def test_the_holder_of_a_subscription_may_wish_no_mail(*, never: bool) -> None:
    people, holder = Forgetting(), Subscriber(ID, ADDRESS, None)
    event = Log().forgotten(
        None, participant=DESK, subscription_id=ID, up_to=1, never_write_again=never
    )

    people.end(forgotten(event), holder)
    people.end(forgotten(event), None)

    assert people.unwished == ({f"subscription:{ID}": ADDRESS} if never else {})
    assert people.wished == ([] if never else [f"subscription:{ID}"] * 2)
