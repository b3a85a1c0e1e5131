"""What must be refused once requests and offers exist: each kind with its code."""

import asyncio
from collections.abc import Mapping, Sequence

from deploy.participants.agency_system import AgencySystem
from deploy.participants.client import Sent
from deploy.participants.provider_system import ProviderSystem
from deploy.participants.sample import Wish

Judged = tuple[str, Sent, frozenset[str]]


async def mischief(
    wishes: Sequence[Wish],
    systems: Mapping[str, AgencySystem],
    providers: Mapping[str, ProviderSystem],
) -> list[Judged]:
    """Send second withdrawals, answers to others' offers and the like; return what is due."""
    twice = [wish for wish in wishes if wish.withdrawn_twice]
    withdrawals = await asyncio.gather(*(systems[w.participant].withdraw(w) for w in twice))
    return [
        *(("a second withdrawal", sent, frozenset({"already_withdrawn"})) for sent in withdrawals),
        *await _about_offers(providers),
        *await _about_requests(wishes, systems),
    ]  # fmt: skip


def late_answers(providers: Mapping[str, ProviderSystem]) -> list[Judged]:
    """Return the answers that came after their offer's expiry; it may have lapsed by then."""
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
    wishes: Sequence[Wish], systems: Mapping[str, AgencySystem]
) -> list[Judged]:
    wish = next(w for w in wishes if w.ends == "closed")
    number = systems[wish.participant].asked[wish.reference].tracking_number
    other = next(s for each, s in systems.items() if s.asked and each != wish.participant)
    data = {"tracking_number": number}
    return [
        ("a withdrawal of somebody else's request",
         await other.client.send("request.withdraw", data, subject=number),
         frozenset({"not_yours"})),
        ("a question about somebody else's request", await other.ask(number),
         frozenset({"not_yours", "unknown_request"})),
    ]  # fmt: skip
