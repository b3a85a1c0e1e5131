"""The two forms about a report: the fact check of a draft, and the reply to what is published."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from services.webdesk.report.answers import (
    MOST_PLACES,
    OPINIONS,
    check_in,
    replied,
    reply_in,
    said_in,
)
from services.webdesk.report.places import Place, label_of, places_of, replied_to
from services.webdesk.reports import CHECK
from services.webdesk.site.report_visits import Opened
from shared.contracts.publications import LONGEST_REPLY, FactCheck, Reply
from shared.web.forms import Form


def form_page(
    opened: Opened,
    report: Mapping[str, Any],
    form: Form,
    errors: Mapping[str, str],
    *,
    is_again: bool = False,
) -> Response:
    """Return the page with the text and its form, filled in with *form*."""
    places = places_of(report)
    names = _names(opened, places)
    return opened.page(
        "report_check" if opened.shown.stage == CHECK else "report_reply",
        status=422 if errors or is_again else 200,
        places=places,
        opinions=OPINIONS,
        options={place.item: place.label for place in replied_to(places) if place.item},
        most_places=MOST_PLACES,
        most=LONGEST_REPLY,
        filled={name: form.text(name) for name in names},
        errors=errors,
        is_again=is_again,
    )


def data_in(
    opened: Opened, report: Mapping[str, Any], form: Form
) -> tuple[FactCheck | Reply | None, dict[str, str]]:
    """Return what *form* says of *report*; or None, and what is wrong, by field."""
    places, about = places_of(report), opened.shown.about
    return (check_in if opened.shown.stage == CHECK else reply_in)(form, about, places)


def review_page(
    opened: Opened, report: Mapping[str, Any], form: Form, data: BaseModel, token: str
) -> Response:
    """Return the page that asks whether *data*, which *form* makes, is to be sent."""
    names = _names(opened, places_of(report))
    kept = [(name, text) for name in names if (text := form.text(name))]
    hidden = [*kept, ("token", token)]
    if isinstance(data, FactCheck):
        return opened.page("report_check_confirm", said=said_in(data, report), hidden=hidden)
    assert isinstance(data, Reply)
    return opened.page(
        "report_reply_confirm",
        label=label_of(report, data.item or ""),
        beside=replied(data, report),
        reply=data.text,
        most=LONGEST_REPLY,
        hidden=hidden,
    )


def token_in(form: Form) -> str:
    """Return the token of the form that asked to confirm, or a new one."""
    try:
        return str(uuid.UUID(form.text("token")))
    except ValueError:
        return str(uuid.uuid4())


def _names(opened: Opened, places: Sequence[Place]) -> list[str]:
    """Return the names of the fields, in the order of the page."""
    if opened.shown.stage != CHECK:
        return ["item", "text"]
    return [f"{kind}-{each.item}" for each in places[:MOST_PLACES] for kind in ("answer", "words")]
