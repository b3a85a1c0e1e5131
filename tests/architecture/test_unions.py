"""Tables in place of a `match`: mypy does not check that they cover their unions, this does."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from continuum import accounting_effects
from services.notifications import load_plan, parse
from services.notifications.audiences import table
from services.reporting import handlers, project
from services.routing.life import fold
from shared.contracts import assessments, intake, notifications, reporting, routing
from shared.contracts.event import Event
from shared.contracts.later import LaterEvent
from shared.contracts.publications import PublicationMessage
from tests.examples.lives import Lives
from tests.proofs.checker import life

WITHOUT_COLUMNS = {
    intake.WithdrawalRequested,
    intake.OfferAnswered,
    intake.MilestoneReported,
    intake.EngagementCloseReported,
    intake.EngagementEndDirected,
    intake.EngagementRehomeDirected,
    intake.ClockSettleDirected,
    intake.RequestDirected,
    routing.MessageApplied,
    routing.MessageRefused,
    routing.AmendmentCameTooLate,
    *get_args(assessments.AssessmentEvent),
    *get_args(PublicationMessage),
}
"""Messages and answers change no column of a request; the events that they cause do."""


def read(adapters: Mapping[str, Any]) -> Iterator[type[Event]]:
    """Yield every type of event that *adapters* read."""
    for adapter in adapters.values():
        yield from (event for event in get_args(get_args(adapter._type)[0]))


def short_name(event: type[Event]) -> str:
    """Return the name of *event* in its type, such as ``offer_made``."""
    (kind,) = get_args(event.model_fields["type"].annotation)
    return str(kind).split(".")[3]


def test_the_table_of_audiences_covers_every_event_that_notifications_reads() -> None:
    alone = {notifications.NoticeUndelivered, *get_args(reporting.TextEvent)}
    assert set(read(parse.ADAPTERS)) | alone == set(get_args(table.InputEvent))


def test_every_event_about_a_request_that_reporting_reads_has_its_columns() -> None:
    about = {
        event
        for topic in (intake.TOPIC, routing.TOPIC)
        for event in read({topic: handlers._EVENTS[topic]})
    }

    assert about - WITHOUT_COLUMNS == project._COLUMNS.keys() - {LaterEvent}


@pytest.mark.parametrize("event", get_args(routing.RequestEvent))
def test_every_event_about_a_request_is_folded_and_is_not_an_answer(event: type[Event]) -> None:
    (kind,) = get_args(event.model_fields["type"].annotation)

    assert kind in fold._KNOWN
    assert kind not in fold._ANSWERS
    assert event in load_plan.REQUEST_EVENTS


@pytest.mark.parametrize("event", get_args(routing.StateEvent))
def test_the_accounting_knows_the_audiences_of_every_event_about_a_request(
    event: type[Event],
) -> None:
    assert short_name(event) in accounting_effects._NOTIFIED


def test_the_checker_has_the_step_of_every_event_about_a_request() -> None:
    assert life._PATHS.keys() | life._STAYS == {
        short_name(event) for event in get_args(routing.StateEvent)
    }


def test_random_lives_contain_every_event_about_a_request() -> None:
    drawn = {type(event) for event in Lives(seed=1).events(2_000)}

    assert set(get_args(routing.RequestEvent)) <= drawn
