"""The summary that a person reads at the end of the demonstration."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import quantiles

from deploy.demo.demonstration import Demonstration
from deploy.demo.verdict import Verdict
from deploy.participants.sample import PlannedRequest


def summary(demo: Demonstration, verdict: Verdict, *, announcements: Sequence[str]) -> str:
    """Return counts by state, waiting requests with reasons, times and refusals."""
    parts = [
        ("Requests by state at the end", _states(verdict)),
        ("By program", _programs(demo)),
        ("Waiting requests, with the reason", _waiting(demo)),
        ("Times measured by the participants", _times(demo)),
        ("Invalid submissions (and repeats), by answer", _refused(demo)),
        ("Public announcements about programs", [f"  {line}" for line in announcements]),
        ("Total", [
            f"  {verdict.accepted} accepted + {verdict.refused} refused +"
            f" {verdict.repeats} repeats = {verdict.submissions} submissions",
        ]),
    ]  # fmt: skip
    return "\n".join(f"\n{title}\n" + "\n".join(lines) for title, lines in parts)


def example_requests(demo: Demonstration) -> list[tuple[str, str]]:
    """Choose three instructive requests: a title and the tracking number of each."""
    declined = {
        offer.offer_id.rpartition("-O")[0]
        for provider in demo.participants.providers.values()
        for offer in provider.offers.values()
        if offer.answered == "decline"
    }

    def number(planned: PlannedRequest) -> str:
        return (
            demo.participants.systems[planned.participant]
            .requests[planned.reference]
            .tracking_number
        )

    def first(planned_requests: Iterable[PlannedRequest]) -> str:
        return number(next(iter(sorted(planned_requests, key=lambda planned: planned.reference))))

    closed = [
        planned
        for planned in demo.participants.planned_requests
        if demo.participants.status(planned) == "closed"
    ]
    return [
        ("declined by one provider, taken by the next",
         first(w for w in closed if number(w) in declined and w.program == "cri-tac")),
        ("waited until its program opened",
         first(w for w in closed if w.program != "cri-tac" and not w.later)),
        ("an agency in no list: the program office decided",
         first(w for w in closed if w.direction is not None)),
    ]  # fmt: skip


def _states(verdict: Verdict) -> list[str]:
    return [f"  {count:5}  {state}" for state, count in verdict.states.most_common()]


def _programs(demo: Demonstration) -> list[str]:
    counts = Counter(
        (planned.program, demo.participants.status(planned))
        for planned in demo.participants.planned_requests
    )
    lines = []
    for program in sorted({program for program, _ in counts}):
        each = [f"{n} {state}" for (of, state), n in sorted(counts.items()) if of == program]
        lines.append(f"  {program}: {', '.join(each)}")
    return lines


def _waiting(demo: Demonstration) -> list[str]:
    waiting = Counter(
        f"{planned.program}, topics {', '.join(planned.data['topics'])}: "
        + demo.participants.systems[planned.participant]
        .requests[planned.reference]
        .last_notice["sentence"]
        for planned in demo.participants.planned_requests
        if demo.participants.status(planned) == "waiting"
    )
    waited = Counter(
        request.waited_for
        for system in demo.participants.systems.values()
        for request in system.requests.values()
        if request.waited_for is not None and request.status != "waiting"
    )
    lines = [f"  {count:5}  {sentence}" for sentence, count in sorted(waiting.items())]
    if waited:
        lines.append("  and earlier, for these reasons:")
    return lines + [f"  {count:5}  {sentence}" for sentence, count in waited.most_common(5)]


def _times(demo: Demonstration) -> list[str]:
    answers = [
        sent.answered_at - sent.at for sent in demo.submissions if sent.answered_at is not None
    ]
    stages = {"submission to answer": answers}
    for name, begin, end in (
        ("acceptance to the notice of an offer", "accepted", "offered"),
        ("offer to a provider's acceptance", "offered", "assigned"),
        ("start to the end of the work", "assigned", "closed"),
    ):
        stages[name] = [
            request.at[end] - request.at[begin]
            for system in demo.participants.systems.values()
            for request in system.requests.values()
            if begin in request.at and end in request.at
        ]
    return [f"  {name:36} {_spread(values)}" for name, values in stages.items()]


def _spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "never"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"half within {_length(cuts[49])}, 99 % within {_length(cuts[98])}"


def _length(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _refused(demo: Demonstration) -> list[str]:
    """Group the invalid records by the first code of their answers."""
    kinds: dict[str, dict[str, int]] = {}
    for kind, sent, _ in demo.judged:
        reasons = sent.answer["data"].get("reasons") if sent.answer else None
        code = reasons[0]["code"] if reasons else "the first answer again"
        of_code = kinds.setdefault(code, {})
        of_code[kind] = of_code.get(kind, 0) + 1
    return [
        f"  {code}: " + "; ".join(f"{kind} ({n})" if n > 1 else kind for kind, n in each.items())
        for code, each in sorted(kinds.items())
    ]
