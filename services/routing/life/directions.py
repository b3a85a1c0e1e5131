"""What the program office decides about a request that was referred to it."""

from datetime import datetime
from typing import Any

from services.routing.life.clocks import due_at
from services.routing.life.offers import engage, make_offer, wait
from services.routing.life.refusals import reason_of
from services.routing.life.story import Story
from services.routing.rules.books import Book, Library, is_open
from services.routing.rules.decisions import DecisionRecord, sentences
from services.routing.rules.facts import decode_request_facts
from services.routing.rules.triage import DEFAULT_PROGRAM, lane_of
from shared.contracts import refusals
from shared.contracts.intake import DirectionFacts, RequestDirected
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    IneligibleFacts,
    RequestIneligible,
    RequestTriaged,
    Sentences,
    TriageFacts,
)

WHAT = "request.direct"


def direct(story: Story, event: RequestDirected, library: Library) -> None:
    """Do what the program office decided, or refuse it."""
    told = event.data
    about = story.request.tracking_number
    refusal = _refusal(story, told, library)
    if refusal is not None:
        story.refused(WHAT, about, refusal)
        return
    match told.action:
        case "assign":
            _assign(story, told, library)
        case "ineligible":
            _end(story, told, library)
        case _:
            _route(story, told, library)
    story.applied(WHAT, about)


def _refusal(story: Story, told: DirectionFacts, library: Library) -> Refusal | None:
    if story.request.ended:
        return refusals.REQUEST_ENDED
    if story.request.status != "referred":
        return refusals.NOT_REFERRED
    if library.ruleset is None:
        return refusals.NO_RULESET
    if told.action == "ineligible":
        return None
    if told.action == "assign" and told.provider not in library.catalog.providers:
        return refusals.UNKNOWN_PROVIDER
    program = library.catalog.programs.get(_program(story, told, library))
    if program is None or program.status == "ended":
        return refusals.PROGRAM_UNKNOWN_OR_ENDED
    asks = told.action == "assign" and not _takes_counter(story, told)
    return refusals.CALENDAR_ENDED if asks and _expires_at(story, told, library) is None else None


def _takes_counter(story: Story, told: DirectionFacts) -> bool:
    """Tell whether the provider named had proposed the terms: nothing is to be asked then."""
    request = story.request
    return request.offer_state == "countered" and request.provider == told.provider


def _expires_at(story: Story, told: DirectionFacts, library: Library) -> datetime | None:
    """Return when an offer to the provider named would expire; None beyond the calendar."""
    assert library.ruleset is not None
    program = _program(story, told, library)
    lane = story.request.lane or _lane(story, program, library)
    return due_at(library.ruleset, f"offer_answer.{lane.rsplit('.', 1)[1]}", start=story.at)


def _program(story: Story, told: DirectionFacts, library: Library) -> str:
    """Return the program meant: the one said, the one it is in, one of the provider's, CRI-TAC."""
    said = told.program or story.request.program
    if said is not None or told.provider is None:
        return said or DEFAULT_PROGRAM
    programs = library.catalog.providers[told.provider].programs
    return DEFAULT_PROGRAM if DEFAULT_PROGRAM in programs or not programs else programs[0]


def _route(story: Story, told: DirectionFacts, library: Library) -> None:
    """Put the request (back) into the lane of a program."""
    program = _program(story, told, library)
    candidate = next(c for c in library.programs.candidates if c["program.id"] == program)
    because = Sentences(
        staff=f"The program office directs it to {candidate['program.name']}: {told.reason}.",
        requester=f"Your request goes to {candidate['program.name']}.",
    )
    story.program, story.lane = program, _lane(story, program, library)
    kept = _record(story, told, library, because, outcome="routed", program=program)
    if is_open(candidate, at=story.at):
        story.publish(RequestTriaged, TriageFacts, status="triaged", decision=kept.facts)
    else:
        opens_at = library.catalog.programs[program].opens_at
        wait(story, "program_not_open", decision=kept.facts, opens_at=opens_at)


def _assign(story: Story, told: DirectionFacts, library: Library) -> None:
    """Ask the provider named, or open the engagement when it had proposed other terms."""
    provider = library.catalog.providers[told.provider or ""]
    because = Sentences(
        staff=f"The program office names {provider.name}: {told.reason}.",
        requester=f"The program office chose {provider.name}.",
        provider="The program office names you for this request.",
    )
    program = _program(story, told, library)
    story.program, story.lane = program, story.lane or _lane(story, program, library)
    kept = _record(story, told, library, because, outcome="assigned", program=program)
    if _takes_counter(story, told):
        engage(story, ruleset=library.ruleset, decision=kept.facts)
        return
    expires_at = _expires_at(story, told, library)
    assert expires_at is not None
    make_offer(story, provider.id, expires_at=expires_at, decision=kept.facts)


def _end(story: Story, told: DirectionFacts, library: Library) -> None:
    because = Sentences(
        staff=f"The program office decided: {told.reason}.",
        requester="The program office found that the programs cannot serve this request.",
    )
    kept = _record(story, told, library, because, outcome="ineligible", program=None)
    story.publish(
        RequestIneligible,
        IneligibleFacts,
        status="ineligible",
        decision=kept.facts,
        reasons=[reason_of(refusals.AGENCY_NOT_SERVED)],
        elsewhere=None,
    )


def _lane(story: Story, program: str, library: Library) -> str:
    return lane_of(program, decode_request_facts(story.request.facts), library.programs)


def _record(
    story: Story,
    told: DirectionFacts,
    library: Library,
    because: Sentences,
    *,
    outcome: str,
    program: str | None,
) -> DecisionRecord:
    """Keep what a person decided, with what the rules say of it."""
    facts = decode_request_facts(story.request.facts)
    book = None
    if program is not None:
        book = library.providers(program, at=story.at)
    came: dict[str, Any] = {
        "facts": facts,
        "action": told.action,
        "reason": told.reason,
        "verdicts": {} if book is None else verdicts(book, facts),
        "outcome": outcome,
        "program": program,
        "provider": told.provider,
        "because": sentences(because),
    }
    return story.keep("direction", came, because, library=library, book=book)


def verdicts(book: Book, facts: Any) -> dict[str, str]:
    """Return what the rules say of each provider, although a person decides."""
    standing = book.providers.standing(facts)
    names = [candidate["provider.id"] for candidate in book.candidates]
    return dict(zip(names, standing.verdicts, strict=True))
