"""Messages about existing requests and offers that must be refused, with the expected codes."""

import asyncio
from collections.abc import Mapping, Sequence

from deploy.participants.agency_system import AgencySystem
from deploy.participants.client import Sent
from deploy.participants.provider_system import ProviderSystem
from deploy.participants.sample import PlannedRequest

Judged = tuple[str, Sent, frozenset[str]]


async def send_misuse(
    planned_requests: Sequence[PlannedRequest],
    systems: Mapping[str, AgencySystem],
    providers: Mapping[str, ProviderSystem],
) -> list[Judged]:
    """Send messages such as second withdrawals; return each with its expected codes."""
    twice = [planned for planned in planned_requests if planned.withdrawn_twice]
    withdrawals = await asyncio.gather(*(systems[w.participant].withdraw(w) for w in twice))
    return [
        *(("a second withdrawal", sent, frozenset({"already_withdrawn"})) for sent in withdrawals),
        *await _about_offers(providers),
        *await _about_requests(planned_requests, systems),
    ]  # fmt: skip


def late_answers(providers: Mapping[str, ProviderSystem]) -> list[Judged]:
    """Return the answers sent after their offer expired; it may have lapsed by then."""
    codes = frozenset({"offer_expired", "offer_not_open"})
    return [
        ("an answer after expiry", sent, codes)
        for provider in providers.values()
        for sent in provider.late
    ]


async def _about_offers(providers: Mapping[str, ProviderSystem]) -> list[Judged]:
    owner, offer = next(
        (provider, offer)
        for _, provider in sorted(providers.items())
        for offer in provider.offers.values()
        if offer.answered == "accept" and offer.state == "answered"
    )
    other = next(each for _, each in sorted(providers.items()) if each is not owner)
    unknown = offer.offer_id.rpartition("-")[0] + "-O99"
    return [
        ("an answer to somebody else's offer", await other.answer(offer.offer_id, "accept"),
         frozenset({"not_yours"})),
        ("a second acceptance", await owner.answer(offer.offer_id, "accept"),
         frozenset({"offer_not_open"})),
        ("an answer to an offer that never was", await owner.answer(unknown, "accept"),
         frozenset({"unknown_offer"})),
    ]  # fmt: skip


async def _about_requests(
    planned_requests: Sequence[PlannedRequest], systems: Mapping[str, AgencySystem]
) -> list[Judged]:
    planned = next(w for w in planned_requests if w.ends == "closed")
    number = systems[planned.participant].requests[planned.reference].tracking_number
    other = next(s for each, s in systems.items() if s.requests and each != planned.participant)
    data = {"tracking_number": number}
    return [
        ("a withdrawal of somebody else's request",
         await other.client.send("request.withdraw", data, subject=number),
         frozenset({"not_yours"})),
        ("a question about somebody else's request", await other.ask(number),
         frozenset({"not_yours", "unknown_request"})),
    ]  # fmt: skip
