"""Yesterday's messages are read by today's models. A sample that was released never changes."""

import json
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import pytest
from pydantic import Field, TypeAdapter

from shared.contracts import (
    assessments,
    inbound,
    intake,
    notifications,
    outbound,
    reference,
    reporting,
    routing,
)
from shared.contracts.event import Event
from shared.contracts.publications import PublicationMessage
from shared.contracts.published_reports import PublicationEvent

SAMPLES = Path(__file__).parent / "samples"
UNIONS = (
    intake.IntakeEvent,
    intake.AnswerEvent,
    intake.ConfidentialEvent,
    reference.ReferenceEvent,
    routing.RoutingEvent,
)
EVENTS = [
    *(model for union in UNIONS for model in get_args(union)),
    *get_args(notifications.NotificationsEvent),
    *get_args(notifications.MailEvent),
    *get_args(reporting.ProgramsEvent),
    *get_args(reporting.ReleaseEvent),
    *get_args(get_args(PublicationEvent)[0]),
    *get_args(reporting.ReportingEvent),
    *get_args(assessments.AssessmentEvent),
    *get_args(PublicationMessage),
    assessments.DraftStated,
    *get_args(reporting.TextEvent),
]
ANY_EVENT: TypeAdapter[Event] = TypeAdapter(
    cast(Any, Annotated[reduce(or_, EVENTS), Field(discriminator="type")])
)


def files(folder: str) -> list[Path]:
    return sorted((SAMPLES / folder).glob("*.json"))


def named(file: Path) -> str:
    return f"gov.cri.{file.stem}"


def without_nothing(value: Any) -> Any:
    """Return *value* without what is null: an absent field and a null one say the same."""
    if isinstance(value, dict):
        return {k: without_nothing(v) for k, v in value.items() if v is not None}
    return [without_nothing(v) for v in value] if isinstance(value, list) else value


def holds(whole: Any, part: Any) -> bool:
    """Tell whether *whole* says everything that *part* says."""
    if isinstance(part, dict):
        return all(k in whole and holds(whole[k], v) for k, v in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("file", files("log"), ids=lambda file: file.stem)
def test_an_event_of_the_log_is_read_and_says_what_it_said(file: Path) -> None:
    sample = json.loads(file.read_text())

    event = ANY_EVENT.validate_json(file.read_bytes())

    assert event.type == named(file)
    assert holds(json.loads(event.encode()), without_nothing(sample))


@pytest.mark.parametrize("file", files("outbound"), ids=lambda file: file.stem)
def test_a_message_to_a_participant_says_what_it_said(file: Path) -> None:
    sample = json.loads(file.read_text())
    message = outbound.Message.model_validate_json(file.read_bytes())
    model = outbound.DATA[message.type]

    data = model.model_validate_json(json.dumps(message.data))

    assert message.type == named(file)
    assert holds(json.loads(data.model_dump_json()), without_nothing(sample["data"]))


@pytest.mark.parametrize("file", files("inbound"), ids=lambda file: file.stem)
def test_what_a_participant_may_send_is_still_taken(file: Path) -> None:
    message = inbound.Inbound.model_validate_json(file.read_bytes(), extra="forbid")

    inbound.DATA[message.type].model_validate_json(json.dumps(message.data), extra="forbid")

    assert message.type == named(file)


def test_every_message_has_a_sample() -> None:
    kinds = {get_args(model.model_fields["type"].annotation)[0] for model in EVENTS}

    assert {named(file) for file in files("log")} == kinds
    assert {named(file) for file in files("inbound")} == set(inbound.DATA)
    assert {named(file) for file in files("outbound")} == set(outbound.DATA)


def test_a_reader_of_today_takes_an_event_with_a_field_of_tomorrow() -> None:
    file = SAMPLES / "log" / "routing.offer_made.v1.json"
    later = json.loads(file.read_text())
    later["tomorrow"] = later["data"]["tomorrow"] = {"new": True}

    event = ANY_EVENT.validate_json(json.dumps(later))

    assert event == ANY_EVENT.validate_json(file.read_bytes())
