"""Checks of single types of messages: submissions, amendments, capacities, answers, directions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.intake.agency_list import AgencyList
from services.intake.checks.fields import (
    check_email,
    check_past_dates,
    check_program,
    check_service_forms,
    check_topics,
    check_window,
    check_years,
    latest_date,
)
from services.intake.findings import Finding
from services.intake.registry import Registry, Sender
from services.intake.request_data import changed_window
from shared.contracts import refusals
from shared.contracts.inbound import (
    AGENCY_DESK,
    BASES_OF_OFFICES,
    BASES_OF_THE_DESK,
    NOT_THE_PROVIDERS,
    OFFICE,
    Agency,
    Amendment,
    Authority,
    Capacity,
    Close,
    Direction,
    NeedChange,
    NoticeSettlement,
    OfferAnswer,
    Rehoming,
    Submission,
    Wished,
)
from shared.contracts.intake import RequestFacts
from shared.contracts.refusals import Refusal
from shared.contracts.states_and_zones import day_in


class _Callers(NamedTuple):
    """
    What one kind of sender states about a caller when it submits a request.

    It must not state the fields ``refused`` and must state those ``needed``; ``lacks`` is the
    refusal if one is missing. ``bases`` are the bases of authority that it may state.
    """

    refused: frozenset[str]
    needed: frozenset[str]
    lacks: Refusal
    bases: Sequence[str]


_RECEIVED, _AUTHORITY = "/data/received_by", "/data/authority"
_CONTACT = "/data/requested_by/contact_id"
_OF_SYSTEMS = _Callers(
    frozenset({_RECEIVED, _AUTHORITY}), frozenset(), refusals.NOT_SAID_OF_A_CALLER, ()
)
_OF_CALLERS = {
    OFFICE: _Callers(
        frozenset(),
        frozenset({_RECEIVED, _AUTHORITY, "/data/first_contact_on", _CONTACT}),
        refusals.NOT_SAID_OF_A_CALLER,
        BASES_OF_OFFICES,
    ),
    AGENCY_DESK: _Callers(
        frozenset({_RECEIVED}),
        frozenset({_AUTHORITY, _CONTACT}),
        refusals.NOT_SAID_AT_THE_DESK,
        BASES_OF_THE_DESK,
    ),
}
"""The kinds of participant that enter requests for agencies without a system."""


def check_submission(
    submission: Submission,
    *,
    at: datetime,
    sender: Sender,
    registry: Registry,
    agencies: AgencyList,
) -> Iterator[Finding]:
    """Yield the findings about a submission of *sender* that was received *at* that moment."""
    yield from _check_agency(submission.agency, sender, agencies)
    yield from _check_caller(submission, sender)
    yield from check_program(submission.program, registry)
    yield from check_topics(
        submission.topics, registry, path="/data/topics", other=submission.other_topic
    )
    yield from check_service_forms(submission.service_forms, path="/data/service_forms")
    yield from check_window(submission.wished)
    past = {
        "/data/first_contact_on": submission.first_contact_on,
        "/data/requested_by/authorized_on": submission.requested_by.authorized_on,
        "/data/urgency/incident_on": submission.urgency.incident_on,
    }
    if submission.received_by is not None:
        past["/data/received_by/on"] = submission.received_by.on
    if submission.authority is not None:
        past["/data/authority/on"] = submission.authority.on
    # An office states the dates of its caller in its own time zone, which is unknown.
    is_called = submission.received_by is not None
    today = latest_date(at) if is_called else day_in(submission.agency.state, at)
    yield from check_past_dates(past, today=today)


def check_amendment(
    change: Amendment, before: RequestFacts, *, registry: Registry
) -> Iterator[Finding]:
    """Yield the findings about an amendment, given the facts of the request *before* it."""
    yield from _check_cleared(change, "/data")
    if change.need is not None:
        yield from _check_cleared(change.need, "/data/need")
    stated = before.other_topic_stated and "other_topic" not in change.model_fields_set
    other = change.other_topic or ("stated before" if stated else None)
    yield from check_topics(change.topics or (), registry, path="/data/topics", other=other)
    if change.topics is None and "other" in before.topics and not other:
        yield Finding(refusals.OTHER_NO_LONGER_SAID, "/data/other_topic")
    yield from check_service_forms(change.service_forms or (), path="/data/service_forms")
    if change.wished is not None:
        window = changed_window(change.wished, before.wished)
        yield from check_window(Wished(from_=window.from_, until=window.until))


def check_capacity(capacity: Capacity, *, at: datetime, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about a declaration of capacity that was received *at* that moment."""
    path = "/data/valid_until"
    yield from check_years({path: capacity.valid_until})
    if capacity.valid_until <= at:
        yield Finding(refusals.CAPACITY_RUN_OUT, path)
    for place, entry in enumerate(capacity.entries):
        at_entry = f"/data/entries/{place}"
        yield from check_topics(entry.topics, registry, path=f"{at_entry}/topics", other="any")
        yield from check_service_forms(entry.service_forms, path=f"{at_entry}/service_forms")


def check_offer_answer(answer: OfferAnswer) -> Iterator[Finding]:
    """Yield the findings about an answer to an offer; routing checks whose offer it is."""
    if answer.answer == "decline" and answer.reason_code is None:
        yield Finding(refusals.DECLINE_WITHOUT_REASON, "/data/reason_code")
    if answer.answer == "counter" and answer.counter is None:
        yield Finding(refusals.COUNTER_WITHOUT_TERMS, "/data/counter")
    if answer.counter is not None:
        yield from check_window(answer.counter, path="/data/counter")
        path = "/data/counter/service_forms"
        yield from check_service_forms(answer.counter.service_forms, path=path)


def check_close(close: Close) -> Iterator[Finding]:
    """Yield the findings about a close; routing checks whose engagement it is."""
    if close.reason in NOT_THE_PROVIDERS:
        yield Finding(refusals.NOT_THE_PROVIDERS_REASON, "/data/reason")
    if close.reason == "cannot_go_on" and not close.note:
        yield Finding(refusals.CANNOT_GO_ON_WITHOUT_WORDS, "/data/note")


def check_direction(direction: Direction, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about a direction of the program office."""
    yield from check_program(direction.program, registry)
    yield from _check_named(direction.provider, direction.action == "assign", registry)
    if direction.action == "confirm_authority" and direction.basis is None:
        yield Finding(refusals.CONFIRMED_WITHOUT_BASIS, "/data/basis")


def check_rehoming(rehoming: Rehoming, registry: Registry) -> Iterator[Finding]:
    """Yield the findings about a direction to take an engagement away from its provider."""
    yield from check_program(rehoming.program, registry)
    yield from _check_named(rehoming.provider, rehoming.to == "provider", registry)


def check_settlement(settlement: NoticeSettlement) -> Iterator[Finding]:
    """Yield the findings about a settlement; notifications checks the mail or notice itself."""
    of_notice = settlement.mail is None
    named = (settlement.notice is not None, settlement.audience is not None)
    if named != (of_notice, of_notice):
        yield Finding(refusals.MAIL_OR_NOTICE, "/data/mail")
    elif of_notice != (settlement.how == "told_otherwise"):
        yield Finding(refusals.NOT_HOW_IT_IS_SETTLED, "/data/how")


def _check_named(provider: str | None, is_required: bool, registry: Registry) -> Iterator[Finding]:
    if is_required and provider is None:
        yield Finding(refusals.ASSIGN_WITHOUT_PROVIDER, "/data/provider")
    if provider is not None and provider not in registry.providers:
        yield Finding(refusals.UNKNOWN_PROVIDER, "/data/provider")


def _check_cleared(change: Amendment | NeedChange, path: str) -> Iterator[Finding]:
    """Yield a finding for each field that is null and cannot be cleared."""
    for name in sorted(change.model_fields_set - change.clearable):
        if getattr(change, name) is None:
            yield Finding(refusals.NOT_CLEARABLE, f"{path}/{name}")


def _check_caller(submission: Submission, sender: Sender) -> Iterator[Finding]:
    """Yield the findings about the fields that only some kinds of sender may or must state."""
    received, first = submission.received_by, submission.first_contact_on
    stated: dict[str, object] = {
        "/data/received_by": received,
        "/data/authority": submission.authority,
        "/data/first_contact_on": first,
        "/data/requested_by/contact_id": submission.requested_by.contact_id,
    }
    refused, needed, lacks, bases = _OF_CALLERS.get(sender.kind, _OF_SYSTEMS)
    for path, value in stated.items():
        if value is not None and path in refused:
            yield Finding(refusals.NOT_OF_A_CALLER, path)
        if value is None and path in needed:
            yield Finding(lacks, path)
    if received is not None and first is not None and received.on < first:
        yield Finding(refusals.RECEIVED_BEFORE_FIRST_CONTACT, "/data/received_by/on")
    if submission.authority is not None and bases:
        yield from _check_authority(submission.authority, bases)


def _check_authority(authority: Authority, bases: Sequence[str]) -> Iterator[Finding]:
    path = "/data/authority"
    if authority.basis not in bases:
        yield Finding(refusals.NOT_OF_THIS_BASIS, f"{path}/basis", {"bases": bases})
    if (authority.address is None) == (authority.basis == "code_to_address"):
        yield Finding(refusals.CODE_WITHOUT_ADDRESS, f"{path}/address")
    yield from check_email(authority.address, path=f"{path}/address")


def _check_agency(agency: Agency, sender: Sender, agencies: AgencyList) -> Iterator[Finding]:
    listed: set[str] = set()
    if agency.ori is None:
        if agency.key is not None and agency.key not in sender.agency_keys:
            yield _not_registered("/data/agency/key", sender, "agency keys", sender.agency_keys)
    elif agency.key is not None:
        yield Finding(refusals.KEY_BESIDE_ORI, "/data/agency/key")
    elif sender.kind in _OF_CALLERS or sender.has_ori(agency.ori):
        listed = {one.agency_class for one in agencies.matching(agency.ori)}
    else:
        yield _not_registered("/data/agency/ori", sender, "ORIs", sender.oris)
    if agency.agency_class == "federal" or listed == {"federal"}:
        yield Finding(refusals.FEDERAL_AGENCY, "/data/agency/agency_class")


def _not_registered(path: str, sender: Sender, what: str, own: frozenset[str]) -> Finding:
    refusal = refusals.AGENCY_NOT_REGISTERED if own else refusals.NO_AGENCY_REGISTERED
    return Finding(refusal, path, {"participant": sender.id, "count": len(own), "what": what})
