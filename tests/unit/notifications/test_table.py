"""The table of audiences uses every message type, each for its own audience."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from services.notifications.audiences import contacts
from services.notifications.audiences.audience import NoMessage, To, author, offices, provider
from services.notifications.audiences.table import InputEvent, rows_of
from shared.contracts import assessments, intake, publications, reporting, routing
from shared.contracts.outbound import TYPES

FACTS: tuple[Any, ...] = get_args(InputEvent)
ROWS = [row for fact in FACTS for row in rows_of(fact.model_construct()) if isinstance(row, To)]
OTHERS_LEARN_BY: Mapping[type[Any], type[Any] | str] = {
    intake.WithdrawalRequested: routing.RequestWithdrawn,
    intake.CapacityDeclared: "offers follow from it",
    intake.OfferAnswered: routing.EngagementOpened,
    intake.MilestoneReported: routing.EngagementProgressed,
    intake.EngagementCloseReported: routing.EngagementClosed,
    intake.EngagementEndDirected: routing.EngagementEnded,
    intake.EngagementRehomeDirected: routing.OfferMade,
    intake.ClockSettleDirected: routing.ClockSettled,
    intake.RequestDirected: routing.OfferMade,
    assessments.FocusAreaSet: "it is part of the next report, which the agency checks",
    assessments.FindingRecorded: "it is part of the next report, which the agency checks",
    assessments.RecommendationRecorded: "it is part of the next report, which the agency checks",
    assessments.RecommendationClaimed: reporting.RecommendationChanged,
    assessments.StatusProposed: "it is work of the office: status_to_verify",
    assessments.StatusVerificationDirected: reporting.RecommendationChanged,
    publications.PlanDirected: "the site's public page shows when reports are due",
    publications.RescheduleDirected: "the site's public page shows both dates, and why",
    publications.ReportDrafted: reporting.FactCheckAsked,
    publications.ReportAsked: reporting.ReportTold,
    publications.FactCheckAnswered: "it is work of the office: report_to_approve",
    publications.PublicationApproved: reporting.ReplyAsked,
    publications.PublicationReturned: reporting.ReportStatusChanged,
    publications.ReplyReceived: "it is published beside the report",
    publications.CorrectionDirected: "it is work of the office: correction_to_approve",
    publications.CorrectionApproved: reporting.ReportStatusChanged,
    publications.WithdrawalDirected: reporting.ReportStatusChanged,
}
"""Messages of which only the answer to their author is told → how others learn what follows."""


def test_every_event_has_an_audience_or_a_reason_for_having_none() -> None:
    without = {fact for fact in FACTS if not rows_of(fact.model_construct())}
    reasons = [
        row.because
        for fact in FACTS
        for row in rows_of(fact.model_construct())
        if isinstance(row, NoMessage)
    ]

    assert without == {intake.NeedStated}  # it is kept until a provider accepts
    assert all(reasons)


def test_what_its_author_alone_is_answered_reaches_all_others_whom_it_concerns() -> None:
    alone = {
        fact
        for fact in FACTS
        if fact is not reporting.ReportRead
        and all(row.audience is author for row in rows_of(fact.model_construct()))
        and rows_of(fact.model_construct())
    }
    following = {each for each in OTHERS_LEARN_BY.values() if isinstance(each, type)}
    told = {
        fact
        for fact in FACTS
        if any(isinstance(row, To) for row in rows_of(fact.model_construct()))
    }

    assert OTHERS_LEARN_BY.keys() == alone
    assert following <= told


def test_every_message_but_the_heartbeat_has_a_row_and_every_row_a_type() -> None:
    assert {row.message for row in ROWS} == TYPES.keys() - {"heartbeat"}


def test_messages_with_free_text_or_contacts_are_restricted() -> None:
    restricted = {
        "case_told",
        "contact_changed",
        "engagement_changed",
        "engagement_opened",
        "note_stated",
        "report_told",
    }

    assert {row.message for row in ROWS if row.restricted} == restricted
    assert {row.message for row in ROWS if not row.restricted}.isdisjoint(restricted)


@pytest.mark.parametrize(
    ("message", "audience"),
    [
        ("offer_made", provider),
        ("offer_lapsed", provider),
        ("offer_withdrawn", provider),
        ("offer_changed", provider),
        ("engagement_opened", provider),
        ("engagement_changed", provider),
        ("contact_changed", contacts.working),
        ("referral_made", offices),
    ],
)
def test_a_message_for_one_kind_of_participant_goes_to_no_other(
    message: str, audience: object
) -> None:
    assert {row.audience for row in ROWS if row.message == message} == {audience}
