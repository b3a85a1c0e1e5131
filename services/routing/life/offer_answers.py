"""Decides about a provider's answer to an offer."""

from services.routing.life.offers import engage, refer
from services.routing.life.outcome import OutcomeBuilder
from services.routing.life.request import Request
from services.routing.rules.decisions import sentences
from services.routing.rules.in_force import Rules
from shared.contracts import refusals
from shared.contracts.intake import OfferAnswered, OfferAnswerFacts
from shared.contracts.refusals import Refusal
from shared.contracts.routing import OfferDeclined, OfferEndFacts, Sentences

WHAT = "offer.answer"


def answer_offer(builder: OutcomeBuilder, event: OfferAnswered, rules: Rules) -> None:
    """
    Accept, decline or counter an offer, or refuse the answer.

    The broker's timestamp decides whether it is in time, so that an outage of ours does not make
    it late: such an answer counts even after the lapse, until another provider has been asked.
    """
    answer = event.data
    request = builder.request
    refusal = _refusal(request, answer)
    expires_at = request.offer_expires_at
    if refusal is None and expires_at is not None and event.arrived_at > expires_at:
        refusal = refusals.OFFER_EXPIRED
    if refusal is not None:
        builder.answer_refused(WHAT, answer.offer_id, refusal)
        return
    lapsed = request.offer_state == "lapsed"
    if answer.answer == "accept":
        engage(builder, ruleset=rules.timing)
    elif answer.answer == "counter":
        _counter(builder, answer, rules, lapsed=lapsed)
    elif not lapsed:
        _decline(builder, answer)
    builder.answer_applied(WHAT, answer.offer_id)


def _refusal(request: Request, answer: OfferAnswerFacts) -> Refusal | None:
    """Return why the answer is refused, apart from being late."""
    number = _number(request, answer.offer_id)
    if number is None:
        return refusals.UNKNOWN_OFFER
    if request.offered[number - 1] not in (answer.provider, ""):
        return refusals.NOT_YOURS
    last = number == len(request.offered)
    stands = last and not request.ended and request.offer_state in ("open", "lapsed")
    return None if stands else refusals.OFFER_NOT_OPEN


def _number(request: Request, offer_id: str) -> int | None:
    """Return the number of the request's offer with this id."""
    digits = offer_id.removeprefix(f"{request.tracking_number}-O")
    if digits == offer_id or not (digits.isascii() and digits.isdigit()) or digits[0] == "0":
        return None
    number = int(digits[:9])
    return number if number <= len(request.offered) else None


def _decline(builder: OutcomeBuilder, answer: OfferAnswerFacts) -> None:
    builder.publish(
        OfferDeclined,
        OfferEndFacts,
        status="triaged",
        offer_id=answer.offer_id,
        provider=answer.provider,
        reason=answer.reason_code or "other",
    )


def _counter(
    builder: OutcomeBuilder, answer: OfferAnswerFacts, rules: Rules, *, lapsed: bool
) -> None:
    """End the offer and refer the proposed terms to the program office."""
    if not lapsed:
        builder.publish(
            OfferDeclined,
            OfferEndFacts,
            status="triaged",
            offer_id=answer.offer_id,
            provider=answer.provider,
            reason="countered",
        )
    because = Sentences(
        staff=f"{answer.provider} would help on other terms; a person decides.",
        requester="A provider proposes other terms; the program office will look at them.",
    )
    details = {
        "offer": answer.offer_id,
        "outcome": "referred",
        "provider": answer.provider,
        "because": sentences(because),
    }
    record = builder.record_decision("counter", details, because, rules=rules, basis=None)
    refer(
        builder,
        "countered",
        decision=record.facts,
        ruleset=rules.timing,
        provider=answer.provider,
        counter_from=answer.counter_from,
        counter_until=answer.counter_until,
        counter_service_forms=answer.counter_service_forms,
    )
