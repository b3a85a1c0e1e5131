"""The forms of providers make messages that intake takes, or say at each field what is wrong."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.webdesk.work import forms
from services.webdesk.work.forms import About, ActForm
from shared.contracts.inbound import Capacity, Close, Milestone, OfferAnswer
from shared.web.forms import Form
from tests.examples.provider import ENGAGEMENT, NOBLE, OFFER

TODAY = date(2026, 3, 2)
ZONE = ZoneInfo("America/New_York")
IDENTIFIER = "123-45-6789"


def read(form: ActForm, about: str, **values: str | list[str]) -> tuple[Any, dict[str, str]]:
    filled = {name: each if isinstance(each, list) else [each] for name, each in values.items()}
    return form.read(Form(filled), About(about, TODAY, ZONE))


def wrong(form: ActForm, **values: str | list[str]) -> dict[str, str]:
    about = OFFER if form in forms.OF_OFFERS.values() else ENGAGEMENT
    data, errors = read(form, about, **values)
    assert data is None
    return errors


def test_an_acceptance_names_the_offer() -> None:
    data, errors = read(forms.ACCEPT, OFFER)

    assert not errors
    assert data == OfferAnswer(offer_id=OFFER, answer="accept")


def test_a_decline_has_its_code_and_its_words() -> None:
    data, _ = read(forms.DECLINE, OFFER, reason_code="timing", note=" In May. ")

    assert data == OfferAnswer(
        offer_id=OFFER, answer="decline", reason_code="timing", note="In May."
    )


def test_a_decline_says_why_and_another_reason_in_words() -> None:
    assert wrong(forms.DECLINE).keys() == {"reason_code"}
    assert wrong(forms.DECLINE, reason_code="other").keys() == {"note"}
    assert wrong(forms.DECLINE, reason_code="nothing").keys() == {"reason_code"}


def test_a_counter_has_dates_and_forms() -> None:
    values: dict[str, Any] = {"from": "2026-05-01", "service_forms": ["consultation"]}
    data, _ = read(forms.COUNTER, OFFER, **values)

    assert data.counter.from_ == date(2026, 5, 1)
    assert data.counter.service_forms == ["consultation"]


def test_a_counter_proposes_something_that_does_not_contradict_itself() -> None:
    reverse: dict[str, Any] = {"from": "2026-05-01", "until": "2026-04-01"}

    assert wrong(forms.COUNTER).keys() == {"from"}
    assert wrong(forms.COUNTER, **reverse).keys() == {"until"}
    assert wrong(forms.COUNTER, until="soon").keys() == {"until"}


def test_a_report_has_the_milestone_and_its_day_which_is_not_ahead() -> None:
    data, _ = read(forms.REPORT, ENGAGEMENT, milestone="on_site", on="2026-03-02")

    assert data == Milestone(engagement_id=ENGAGEMENT, milestone="on_site", on=TODAY)
    assert wrong(forms.REPORT, milestone="on_site", on="2026-03-03").keys() == {"on"}
    assert wrong(forms.REPORT).keys() == {"milestone", "on"}


def test_who_cannot_go_on_says_why() -> None:
    data, _ = read(forms.GIVE_UP, ENGAGEMENT, note="Our staff left.")

    assert data == Close(engagement_id=ENGAGEMENT, reason="cannot_go_on", note="Our staff left.")
    assert wrong(forms.GIVE_UP).keys() == {"note"}


def test_completed_work_is_closed() -> None:
    assert read(forms.COMPLETE, ENGAGEMENT)[0] == Close(
        engagement_id=ENGAGEMENT, reason="completed"
    )


def test_capacity_lasts_until_the_end_of_its_day_at_the_office() -> None:
    values: dict[str, Any] = {"can_take": "3", "valid_until": "2026-06-30", "states": ["US-CA"]}
    data, errors = read(forms.CAPACITY, NOBLE, **values)

    assert not errors
    assert data == Capacity.model_validate(
        {
            "valid_until": "2026-07-01T00:00:00-04:00",
            "entries": [{"can_take": 3, "states": ["US-CA"]}],
        }
    )


@pytest.mark.parametrize(
    ("can_take", "until", "field"),
    [
        ("", "2026-06-30", "can_take"),
        ("many", "2026-06-30", "can_take"),
        ("-1", "2026-06-30", "can_take"),
        ("9999", "2026-06-30", "can_take"),
        ("٣", "2026-06-30", "can_take"),
        ("9" * 5_000, "2026-06-30", "can_take"),
        ("3", "", "valid_until"),
        ("3", "soon", "valid_until"),
        ("3", "2026-03-01", "valid_until"),
        ("3", "2199-12-31", "valid_until"),
        ("3", "9999-12-31", "valid_until"),
    ],
)
def test_capacity_has_a_number_and_a_day_to_come(can_take: str, until: str, field: str) -> None:
    assert wrong(forms.CAPACITY, can_take=can_take, valid_until=until).keys() == {field}


@pytest.mark.parametrize(
    "form", [*forms.OF_OFFERS.values(), *forms.OF_ENGAGEMENTS.values()], ids=lambda form: form.name
)
def test_a_protected_identifier_is_refused_at_its_field(form: ActForm) -> None:
    assert "note" in wrong(form, note=f"He is {IDENTIFIER}.")


def test_words_that_are_too_long_are_refused() -> None:
    assert "note" in wrong(forms.ACCEPT, note="x" * 2001)


def test_reasons_of_a_refusal_are_at_their_fields() -> None:
    reasons = [
        {"path": "/data/entries/0/topics/1", "message": "No such topic.", "fix": "See the list."},
        {"path": "/data/entries/0/topics/2", "message": "Nor this."},
        {"path": "/onbehalfof", "message": "Not yours."},
    ]

    assert forms.CAPACITY.refused(reasons) == {
        "topics": "No such topic. See the list. Nor this.",
        "form": "Not yours.",
    }
    assert forms.COUNTER.refused([{"path": "/data/counter", "message": "Late."}]) == {
        "from": "Late."
    }
