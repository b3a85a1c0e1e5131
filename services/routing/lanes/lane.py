"""One step through a lane: its requests in order of their queue numbers, each matched or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.routing.life.capacity import Capacity, looker, taken
from services.routing.life.clocks import due_at
from services.routing.life.offers import make_offer, refer, wait
from services.routing.life.request import Request
from services.routing.life.story import Story, Told
from services.routing.rules.books import Book, Library, is_open
from services.routing.rules.decisions import sentences
from services.routing.rules.facts import Facts, decode_request_facts
from services.routing.rules.matching import Match, match
from shared.contracts.routing import DecisionFacts, Sentences


@dataclass(slots=True)
class LaneStep:
    """What a lane's step works with; ``capacities`` change as offers take of them."""

    program: str
    is_open: bool
    library: Library
    capacities: dict[str, Capacity]
    at: datetime
    offers: int = 0


def match_in_order(step: LaneStep, requests: Sequence[Request]) -> list[Told]:
    """
    Return what becomes of *requests*, which are in the order of their queue numbers.

    An earlier request is decided before a later one sees what capacity is left: whoever is
    passed over has a record that says that nobody who could help had room.
    """
    if not step.is_open:
        return [_not_open(step, request) for request in requests]
    book = step.library.providers(step.program, at=step.at)
    clocks: dict[str, datetime | None] = {}
    return [_match(step, request, book, clocks) for request in requests]


def is_lane_open(library: Library, program: str, *, at: datetime) -> bool:
    """Tell whether offers are made for *program* at *at*."""
    known = library.ruleset is not None and program in library.catalog.programs
    return known and is_open(_candidate(library, program), at=at)


def _candidate(library: Library, program: str) -> Facts:
    return next(c for c in library.programs.candidates if c["program.id"] == program)


def _match(
    step: LaneStep, request: Request, book: Book, clocks: dict[str, datetime | None]
) -> Told:
    facts = decode_request_facts(request.facts)
    look = looker(step.capacities, facts, at=step.at)
    found = match(facts, book, look=look, not_again=request.offered)
    if found.outcome == "waiting" and request.waits_for == "no_capacity":
        return Told(request._replace(fresh=False))
    capacity = None if found.provider is None else step.capacities[found.provider]
    # Offers of one step are apart by a microsecond, so that "longest without" has an order.
    at = step.at + timedelta(microseconds=step.offers)
    story = Story(request, cause=_cause(request, capacity), at=at)
    expires_at = None
    if capacity is not None:
        clock = f"offer_answer.{request.pace}"
        if clock not in clocks:
            clocks[clock] = due_at(book.ruleset, clock, start=step.at)
        expires_at = clocks[clock]
        if expires_at is None:
            return _no_deadline(step, story, book, found)
    decision = _keep(step, story, facts, book, found)
    if found.outcome == "waiting":
        wait(story, "no_capacity", decision=decision)
    elif capacity is None or found.entry is None or expires_at is None:
        refer(story, "no_candidate", decision=decision, ruleset=book.ruleset)
    else:
        make_offer(
            story,
            capacity.provider,
            expires_at=expires_at,
            decision=decision,
            declaration=capacity.declaration,
            entry=found.entry,
        )
        step.offers += 1
        step.capacities[capacity.provider] = taken(capacity, entry=found.entry, at=at)
    return replace(story.told(), changes=())  # the capacities of the step have them already


def _no_deadline(step: LaneStep, story: Story, book: Book, found: Match) -> Told:
    """Hand the request to a person: an offer would expire on a day that the calendar lacks."""
    because = Sentences(
        staff=f"{found.provider} would be asked, but the calendar of the rule set in force"
        f" ends with {book.ruleset.calendar.last_day}, before the offer would expire."
        " A person decides.",
        requester="No date for an answer can be set now; the program office will look at your"
        " request, which keeps its place.",
    )
    came = {
        "program": step.program,
        "provider": found.provider,
        "outcome": "referred",
        "because": sentences(because),
    }
    kept = story.keep("calendar", came, because, library=step.library, book=book)
    refer(story, "calendar_ended", decision=kept.facts, ruleset=book.ruleset)
    return story.told()


def _cause(request: Request, capacity: Capacity | None) -> str:
    """Return the event that leads to the step: the capacity waited for, or the request's last."""
    if request.waits_for == "no_capacity" and capacity is not None:
        return capacity.declaration or request.last_event
    return request.last_event


def _keep(step: LaneStep, story: Story, facts: Facts, book: Book, found: Match) -> DecisionFacts:
    came = {
        "facts": facts,
        "program": step.program,
        "lane": story.request.lane,
        "queue_number": story.request.queue_number,
        **found.decided,
    }
    return story.keep("match", came, found.because, library=step.library, book=book).facts


def _not_open(step: LaneStep, request: Request) -> Told:
    """Let a request that came into the lane of a program that is closed now wait for it."""
    if request.waits_for == "program_not_open":
        return Told(request._replace(fresh=False))
    book = step.library.programs
    name = _candidate(step.library, step.program)["program.name"]
    because = Sentences(
        staff=f"{name} is not open.",
        requester=f"{name} is not open; your request keeps its place.",
    )
    came = {
        "program": step.program,
        "outcome": "waiting",
        "because": sentences(because),
    }
    story = Story(request, cause=request.last_event, at=step.at)
    kept = story.keep("closed", came, because, library=step.library, book=book)
    opens_at = step.library.catalog.programs[step.program].opens_at
    wait(story, "program_not_open", decision=kept.facts, opens_at=opens_at)
    return story.told()
