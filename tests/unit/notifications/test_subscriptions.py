"""Somebody subscribes to news: decided without a database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import pytest

from services.notifications.audiences.audience import Mailed, NotNeeded
from services.notifications.subscriptions.subscriber import CONFIRMED, TOO_SOON, Wish
from services.notifications.subscriptions.subscribing import Effect, Subscribing
from shared.contracts import refusals
from shared.mail.templates import CONFIRM, PREFERENCES
from tests.examples.facts import AT, Log

ADDRESS, OTHER = "chief@agency.example", "sheriff@county.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BOTH = ["monthly_update", "solicitations"]


class Batch:
    """A batch with mail, and the events that reach it."""

    def __init__(self) -> None:
        self.log = Log()
        self.state = Subscribing(with_mail=True)

    def take(self, event: Any, at: datetime = AT) -> Effect:
        return self.state.take(event, notice="00000000-0000-4000-8000-000000000000", at=at)

    def ask(self, address: str = ADDRESS, *, at: datetime = AT, **data: Any) -> Effect:
        return self.take(self.log.ask(address, **data), at)

    def confirm(self, kinds: Sequence[str] = ("solicitations",), **data: Any) -> Effect:
        return self.take(self.choice("confirm", kinds, **data))

    def end(self, kinds: Sequence[str] = ("solicitations",), by: str = "one_click") -> Effect:
        return self.take(self.choice("end", kinds, by=by))

    def choice(self, what: str, kinds: Sequence[str] = ("solicitations",), **data: Any) -> Any:
        identity = data.pop("subscription_id", self.subscription_id)
        return self.log.subscription(what, subscription_id=identity, kinds=kinds, **data)

    @property
    def subscription_id(self) -> str:
        return next(iter(self.state.by_id), "00000000-0000-4000-8000-000000000001")

    @property
    def wishes(self) -> dict[str, Wish]:
        return self.state.by_address[ADDRESS].wishes


def confirmed(kinds: Sequence[str] = ("solicitations",)) -> Batch:
    batch = Batch()
    batch.ask(kinds=kinds)
    batch.confirm(kinds)
    return batch


def template(effect: Effect) -> str | None:
    (notice,) = effect.notices
    return notice.template if isinstance(notice, Mailed) else None


def told(effect: Effect) -> tuple[str, list[str]] | None:
    if effect.change is None:
        return None
    return effect.change.model.__name__, effect.change.facts.kinds


def test_a_new_address_is_asked_to_confirm() -> None:
    batch = Batch()

    effect = batch.ask()

    assert template(effect) == CONFIRM.name
    assert told(effect) == ("SubscriptionAsked", ["solicitations"])
    assert batch.wishes["solicitations"].state == "asked"


def test_e24_only_a_confirmation_confirms() -> None:
    batch = Batch()
    batch.ask()

    effect = batch.confirm()

    assert told(effect) == ("SubscriptionConfirmed", ["solicitations"])
    assert batch.wishes["solicitations"].state == CONFIRMED


def test_a_confirmation_that_comes_twice_changes_nothing_more() -> None:
    batch = confirmed()

    again = batch.choice("confirm", ["solicitations"])

    assert batch.state.refusal(again) is None
    assert told(batch.take(again)) is None


def test_what_was_not_asked_for_cannot_be_confirmed() -> None:
    batch = Batch()
    unknown = batch.choice("confirm", ["solicitations"])
    batch.ask()
    other_kind = batch.choice("confirm", ["monthly_update"])

    for event in (unknown, other_kind):
        assert batch.state.refusal(event) is refusals.UNKNOWN_SUBSCRIPTION
        assert batch.take(event) == Effect()


def test_e25_a_confirmed_address_that_asks_again_stays_confirmed() -> None:
    batch = confirmed()

    effect = batch.ask(at=AT + 11 * MINUTE, cadence="monthly", program="other")

    assert template(effect) == PREFERENCES.name
    assert told(effect) is None
    assert batch.wishes["solicitations"] == Wish(CONFIRMED, "at_once", None, AT)


def test_another_kind_needs_a_confirmation_of_its_own() -> None:
    batch = confirmed()

    effect = batch.ask(at=AT + 11 * MINUTE, kinds=BOTH)

    assert template(effect) == CONFIRM.name
    assert told(effect) == ("SubscriptionAsked", ["monthly_update"])
    assert {k: w.state for k, w in batch.wishes.items()} == {
        "solicitations": "confirmed",
        "monthly_update": "asked",
    }


@pytest.mark.parametrize(
    ("times", "mailed"),
    [
        ([0, 9], 1),
        ([0, 10], 2),
        ([0, 10, 20], 3),
        ([0, 10, 20, 30], 3),
        ([0, 10, 20, 24 * 60 - 1], 3),
        ([0, 10, 20, 24 * 60], 4),
    ],
)
def test_an_address_gets_one_such_mail_in_ten_minutes_and_three_a_day(
    times: list[int], mailed: int
) -> None:
    batch = Batch()

    effects = [batch.ask(at=AT + minutes * MINUTE) for minutes in times]

    assert len([each for each in effects if template(each)]) == mailed
    left = [*chain.from_iterable(each.notices for each in effects if not template(each))]
    assert left == [NotNeeded(f"subscription:{batch.subscription_id}", TOO_SOON)] * len(left)


def test_asking_without_a_mail_does_not_keep_an_unconfirmed_address_longer() -> None:
    batch = Batch()
    batch.ask()

    batch.ask(at=AT + 5 * MINUTE)

    assert batch.wishes["solicitations"].since == AT


def test_an_address_is_the_same_however_it_is_written() -> None:
    batch = Batch()

    first = batch.ask("Chief@Agency.example")
    second = batch.ask(" chief@agency.EXAMPLE", at=AT + 11 * MINUTE)
    other = batch.ask(OTHER)

    assert first.change is not None
    assert second.change is not None
    assert other.change is not None
    assert first.change.audience == second.change.audience != other.change.audience


def test_the_id_of_a_subscription_says_nothing_of_its_address() -> None:
    batch = Batch()

    first, second = batch.ask(), batch.ask(OTHER)

    for effect in (first, second):
        assert ADDRESS not in str(effect)
        assert OTHER not in str(effect)
    again = Batch()
    again.log.ask("somebody@else.example")
    assert again.ask() != first


def test_e26_one_click_ends_one_kind() -> None:
    batch = confirmed(BOTH)

    effect = batch.end(["monthly_update"])

    assert told(effect) == ("SubscriptionEnded", ["monthly_update"])
    assert effect.change is not None
    assert effect.change.facts.model_dump()["by"] == "one_click"
    assert [*batch.wishes] == ["solicitations"]


def test_an_end_that_comes_twice_or_for_nobody_changes_nothing() -> None:
    batch = confirmed(BOTH)
    batch.end(["monthly_update"])

    again = batch.end(["monthly_update"])
    stranger = "00000000-0000-4000-8000-0000000000ff"
    unknown = batch.take(batch.choice("end", subscription_id=stranger, by="link"))

    assert told(again) is told(unknown) is None


def test_who_ends_everything_is_unknown_afterwards() -> None:
    batch = confirmed()
    before = batch.subscription_id

    batch.end()
    effect = batch.ask(at=AT + DAY)

    assert told(effect) == ("SubscriptionAsked", ["solicitations"])
    assert batch.subscription_id != before


def test_a_change_that_is_on_the_log_is_not_announced_again() -> None:
    batch = Batch()
    event = batch.log.ask(ADDRESS)
    batch.state.announced = {event.id}

    effect = batch.take(event)

    assert told(effect) is None
    assert batch.wishes["solicitations"].state == "asked"


def test_without_mail_it_is_said_that_none_is_sent() -> None:
    batch = Batch()
    batch.state.with_mail = False

    effect = batch.ask()

    assert [type(each) for each in effect.notices] == [NotNeeded]
    assert not batch.state.mails
