"""What an agency says of a report by a form: place by place, in bounds, and with its words."""

from typing import Any

import pytest

from services.webdesk.report.answers import (
    MOST_PLACES,
    Report,
    check_in,
    reply_in,
    said_in,
)
from services.webdesk.report.places import label_of, places_of
from shared.web.forms import Form

ABOUT = Report("CRI-2026-000042-J-E1", "initial-2027", 2, "4f" * 32)
REPORT: dict[str, Any] = {
    "title": "Initial report",
    "summary": "What was found.",
    "focus_areas": [
        {
            "number": 2,
            "title": "Use of force",
            "findings": [
                {
                    "number": "2.1",
                    "text": "Reports are late.",
                    "recommendations": [
                        {
                            "number": "2.1.1",
                            "text": "Review them in five days.",
                            "due_on": "2027-06-30",
                            "status": "in_progress",
                            "reason": "under_study",
                            "status_on": "2026-12-01",
                            "claim": {"done_on": "2026-12-09", "words": "It is in force."},
                        }
                    ],
                }
            ],
        }
    ],
}
PLACES = places_of(REPORT)


def form(**texts: str) -> Form:
    return Form(
        {name.replace("__", "-").replace("_", "."): [text] for name, text in texts.items()}
    )


def test_a_report_is_read_in_its_order_with_all_that_it_says() -> None:
    items = [place.item for place in PLACES]

    assert items == ["", "title", "summary", "2", "2.1", "2.1.1"]
    assert [place.level for place in PLACES] == [0, 0, 0, 1, 2, 3]
    assert PLACES[-1].notes == (
        "Status: in progress (under study), December 1, 2026.",
        "Due June 30, 2027.",
        "Your agency reports it as done, December 9, 2026: It is in force.",
    )
    assert label_of(REPORT, "2.1") == "Finding 2.1"
    assert label_of(REPORT, "9.9") is None


def test_what_is_not_named_is_not_disputed() -> None:
    check, errors = check_in(Form(), ABOUT, PLACES)

    assert errors == {}
    assert check is not None
    assert (check.items, check.version, check.hash) == ([], 2, ABOUT.hash)


def test_each_place_may_be_right_or_wrong_with_words() -> None:
    found = form(
        answer__="agree", answer__2_1="dispute", words__2_1="They are in time.",
        answer__title="agree",
    )  # fmt: skip

    check, _ = check_in(found, ABOUT, PLACES)

    assert check is not None
    assert [(each.item, each.answer, each.words) for each in check.items] == [
        (None, "agree", ""),
        ("title", "agree", ""),
        ("2.1", "dispute", "They are in time."),
    ]
    said = said_in(check, REPORT)
    assert [each.label for each in said] == ["The report as a whole", "Title", "Finding 2.1"]
    assert said[-1][1:] == ("This is wrong", "They are in time.")


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"answer__2_1": "dispute"}, "words-2.1", "say what is wrong"),
        ({"words__2_1": "No."}, "answer-2.1", "choose whether"),
        ({"answer__2_1": "maybe", "words__2_1": "No."}, "answer-2.1", "choose whether"),
        (
            {"answer__2": "agree", "words__2": "x" * 2001},
            "words-2",
            "at most 2,000 characters. It has 2,001 now",
        ),
        ({"answer__2": "dispute", "words__2": "123-45-6789"}, "words-2", "identif"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(
    texts: dict[str, str], field: str, words: str
) -> None:
    check, errors = check_in(form(**texts), ABOUT, PLACES)

    assert check is None
    assert list(errors) == [field]
    assert words in errors[field]


def test_places_beyond_the_fields_of_a_form_have_no_answer_of_their_own() -> None:
    areas = [{"number": n, "title": f"Area {n}"} for n in range(1, MOST_PLACES + 5)]
    places = places_of({**REPORT, "focus_areas": areas})
    beyond = places[MOST_PLACES].item

    check, _ = check_in(Form({f"answer-{beyond}": ["agree"]}), ABOUT, places)

    assert check is not None
    assert check.items == []


@pytest.mark.parametrize("item", ["", "2", "2.1", "2.1.1"])
def test_e79_a_reply_is_as_it_was_written(item: str) -> None:
    text = "é" * 2000

    reply, errors = reply_in(Form({"item": [item], "text": [text]}), ABOUT, PLACES)

    assert errors == {}
    assert reply is not None
    assert (reply.item, reply.text) == (item or None, text)


@pytest.mark.parametrize(
    ("item", "text", "field"),
    [
        ("2.1", "x" * 2001, "text"),
        ("2.1", " ", "text"),
        ("9.1", "We do so.", "item"),
        ("title", "We do so.", "item"),
        ("2.1", "123-45-6789", "text"),
    ],
)
def test_e79_a_reply_that_is_refused_says_why_at_its_field(
    item: str, text: str, field: str
) -> None:
    reply, errors = reply_in(Form({"item": [item], "text": [text]}), ABOUT, PLACES)

    assert reply is None
    assert list(errors) == [field]
