"""What an agency says of a report by a form: its fact check, place by place, and its reply."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.webdesk.report.places import WHOLE, Place, label_of, places_of, replied_to
from shared.contracts.publications import LONGEST_REPLY, CheckedItem, FactCheck, Reply
from shared.web.forms import Form, identifiers_in

OPINIONS = {"agree": "This is right", "dispute": "This is wrong"}
MOST_WORDS = 2000
MOST_PLACES = 140
"""How many places have an answer of their own: a form may have only so many fields."""
_CHOOSE = "{label}: choose whether this is right or wrong."
_SAY = "{label}: say what is wrong."
_SHORTEN = "{label}: shorten this to at most {most:,} characters. It has {length:,} now."
_WRITE = "Write your reply."
_NO_PLACE = "Choose a part of the report, or the report as a whole."


class Report(NamedTuple):
    """The version of a report that an agency answers."""

    engagement_id: str
    report_id: str
    version: int
    hash: str


class Said(NamedTuple):
    """An answer about a place of a report, in words for a page."""

    label: str
    opinion: str
    words: str


def check_in(
    form: Form, about: Report, places: Sequence[Place]
) -> tuple[FactCheck | None, dict[str, str]]:
    """Return the fact check that *form* makes; or None, and what is wrong, by field."""
    errors: dict[str, str] = {}
    items, texts = [], {}
    for place in places[:MOST_PLACES]:
        choice, field = form.text(f"answer-{place.item}"), f"words-{place.item}"
        words = texts[field] = form.text(field)
        if choice not in OPINIONS:
            if words:
                errors[f"answer-{place.item}"] = _CHOOSE.format(label=place.label)
            continue
        if choice == "dispute" and not words:
            errors[field] = _SAY.format(label=place.label)
        elif len(words) > MOST_WORDS:
            errors[field] = _too_long(place.label, words, MOST_WORDS)
        else:
            item = None if place.item == WHOLE else place.item
            items.append(CheckedItem.model_validate(
                {"item": item, "answer": choice, "words": words}
            ))  # fmt: skip
    errors |= identifiers_in(texts)
    if errors:
        return None, errors
    return FactCheck(**about._asdict(), items=items), {}


def said_in(check: FactCheck, report: Mapping[str, Any]) -> list[Said]:
    """Return what *check* says of each place that it names."""
    return [
        Said(label_of(report, each.item or WHOLE) or "", OPINIONS[each.answer], each.words)
        for each in check.items
    ]


def reply_in(
    form: Form, about: Report, places: Sequence[Place]
) -> tuple[Reply | None, dict[str, str]]:
    """Return the reply that *form* makes; or None, and what is wrong, by field."""
    item, text = form.text("item"), form.text("text")
    errors = {}
    if item not in {place.item for place in replied_to(places)}:
        errors["item"] = _NO_PLACE
    if not text:
        errors["text"] = _WRITE
    elif len(text) > LONGEST_REPLY:
        errors["text"] = _too_long("Your reply", text, LONGEST_REPLY)
    errors |= identifiers_in({"text": text})
    if errors:
        return None, errors
    named = {"engagement_id": about.engagement_id, "report_id": about.report_id}
    return Reply(**named, item=item or None, text=text), {}


def replied(reply: Reply, report: Mapping[str, Any]) -> str:
    """Return the text next to which *reply* is published; empty for the report as a whole."""
    item = reply.item or WHOLE
    return next(place.text for place in places_of(report) if place.item == item)


def _too_long(label: str, text: str, most: int) -> str:
    return _SHORTEN.format(label=label, most=most, length=len(text))
