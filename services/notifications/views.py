"""Builds the view of an event: the state that its messages are made from."""

from typing import Any, get_args

from services.notifications import load_plan
from services.notifications.audiences import forgetting
from services.notifications.audiences.audience import View
from services.notifications.audiences.evolve import Changing, evolve
from services.notifications.audiences.request import Request
from services.notifications.batch_state import BatchState
from shared.contracts import intake, notifications, reporting, routing
from shared.contracts.outbound import ContactCard

_REPORTS = frozenset(get_args(reporting.AboutRequest))
_CHANGING = frozenset(get_args(Changing))


def build_view(event: Any, state: BatchState) -> View:
    """Return the state before *event*, and the request after it."""
    kind = type(event)  # not `match`: isinstance is slow for pydantic models
    if kind is intake.StatusAsked:
        listing = state.listing(load_plan.question_of(event))
        known = state.known(event.data.about)
        return View(state.at, state.directory, known=known, listing=listing)
    if kind is intake.ContactSet:
        key = (event.data.participant, event.data.contact_id)
        working = () if state.forgetting.covers(event) else state.working(key)
        return View(state.at, state.directory, card=state.card(key), working=working)
    if kind is intake.PersonForgotten:
        return _view_of_forgotten(event, state)
    if kind is intake.NoticeSettleDirected:
        return View(state.at, state.directory, refusal=state.settling.refusal(event))
    if kind is intake.CodeAsked:
        return View(state.at, state.directory, refusal=state.codes.refusal(event))
    if kind is intake.SubscriptionConfirmReceived or kind is intake.SubscriptionSetReceived:
        return View(state.at, state.directory, refusal=state.subscribing.refusal(event))
    if kind is notifications.NoticeUndelivered:
        request = state.requests[event.subject]
        call = state.must_call(request)
        return View(state.at, state.directory, request, request, must_call=call)
    if kind is intake.CaseFileAsked:
        number = event.data.tracking_number
        request = state.requests[number]
        cards = [_card(state, request, contact_id) for contact_id in request.contact_ids]
        return View(state.at, state.directory, file=state.file(number, cards))
    if kind in _REPORTS:
        request = state.requests[event.data.tracking_number]
        call = state.must_call(request)
        return View(state.at, state.directory, before=request, must_call=call)
    if kind not in _CHANGING:
        return View(state.at, state.directory)
    before = None if kind is intake.RequestAccepted else state.requests[event.subject]
    after = evolve(before, event, state.directory)
    call = state.must_call(after)
    if kind is not routing.EngagementOpened and kind is not routing.RequestFactsChanged:
        return View(state.at, state.directory, before, after, must_call=call)
    need = state.needs_stated.get(event.subject, state.needs.get(event.subject))
    contacts = [_card(state, after, contact_id) for contact_id in after.contact_ids]
    return View(state.at, state.directory, before, after, need, contacts, must_call=call)


def _view_of_forgotten(event: intake.PersonForgotten, state: BatchState) -> View:
    at = state.subscribing.real(state.at)
    copies = forgetting.copies(at, backups_days=state.backups_days)
    if event.data.contact_id is None:
        is_held = event.data.subscription_id in state.subscribing.by_id
        return View(state.at, state.directory, copies=copies, is_held=is_held)
    key = (event.data.participant, event.data.contact_id)
    is_held, working = state.card(key) is not None, state.working(key)
    return View(state.at, state.directory, copies=copies, is_held=is_held, working=working)


def _card(state: BatchState, request: Request, contact_id: str) -> ContactCard:
    return state.card((request.participant, contact_id)) or ContactCard(contact_id=contact_id)
