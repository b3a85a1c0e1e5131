"""The summary that a person reads at the end of the demonstration."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import quantiles

from deploy.demo.play import Play
from deploy.demo.verdict import Verdict
from deploy.participants.sample import Wish


def summary(play: Play, verdict: Verdict, *, news: Sequence[str]) -> str:
    """Return counts by state, who waits and why, times, and what the door refused."""
    parts = [
        ("Requests by state at the end", _states(verdict)),
        ("By program", _programs(play)),
        ("Who waits, and why", _waiting(play)),
        ("Times, as the participants saw them", _times(play)),
        ("What had to be refused (or repeated), and was", _refused(play)),
        ("What everybody may read about the programs", [f"  {line}" for line in news]),
        ("The sum", [
            f"  {verdict.accepted} accepted + {verdict.refused} refused +"
            f" {verdict.repeats} repeats = {verdict.submissions} submissions",
        ]),
    ]  # fmt: skip
    return "\n".join(f"\n{title}\n" + "\n".join(lines) for title, lines in parts)


def stories(play: Play) -> list[tuple[str, str]]:
    """Choose three requests worth telling: why each, and its tracking number."""
    declined = {offer.offer_id.rpartition("-O")[0] for provider in play.company.providers.values()
                for offer in provider.offers.values() if offer.answered == "decline"}  # fmt: skip

    def number(wish: Wish) -> str:
        return play.company.systems[wish.participant].asked[wish.reference].tracking_number

    def first(wishes: Iterable[Wish]) -> str:
        return number(next(iter(sorted(wishes, key=lambda wish: wish.reference))))

    closed = [wish for wish in play.company.wishes if play.company.status(wish) == "closed"]
    return [
        ("declined by one provider, taken by the next",
         first(w for w in closed if number(w) in declined and w.program == "cri-tac")),
        ("waited until its program opened", first(w for w in closed if w.program != "cri-tac")),
        ("an agency in no list: the program office decided",
         first(w for w in closed if w.direction is not None)),
    ]  # fmt: skip


def _states(verdict: Verdict) -> list[str]:
    return [f"  {count:5}  {state}" for state, count in verdict.states.most_common()]


def _programs(play: Play) -> list[str]:
    counts = Counter((wish.program, play.company.status(wish)) for wish in play.company.wishes)
    lines = []
    for program in sorted({program for program, _ in counts}):
        each = [f"{n} {state}" for (of, state), n in sorted(counts.items()) if of == program]
        lines.append(f"  {program}: {', '.join(each)}")
    return lines


def _waiting(play: Play) -> list[str]:
    told = Counter(
        f"{wish.program}, topics {', '.join(wish.data['topics'])}: "
        + play.company.systems[wish.participant].asked[wish.reference].told["sentence"]
        for wish in play.company.wishes
        if play.company.status(wish) == "waiting"
    )
    waited = Counter(
        asked.waited_for
        for system in play.company.systems.values()
        for asked in system.asked.values()
        if asked.waited_for is not None and asked.status != "waiting"
    )
    lines = [f"  {count:5}  {sentence}" for sentence, count in sorted(told.items())]
    if waited:
        lines.append("  and these waited before:")
    return lines + [f"  {count:5}  {sentence}" for sentence, count in waited.most_common(5)]


def _times(play: Play) -> list[str]:
    answers = [
        sent.answered_at - sent.at for sent in play.submissions if sent.answered_at is not None
    ]
    stages = {"submission to answer": answers}
    for name, begin, end in (
        ("acceptance to the news of an offer", "accepted", "offered"),
        ("offer to a provider's acceptance", "offered", "assigned"),
        ("start to the end of the work", "assigned", "closed"),
    ):
        stages[name] = [
            asked.at[end] - asked.at[begin]
            for system in play.company.systems.values()
            for asked in system.asked.values()
            if begin in asked.at and end in asked.at
        ]
    return [f"  {name:36} {_spread(values)}" for name, values in stages.items()]


def _spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "never"
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"half within {_length(cuts[49])}, 99 % within {_length(cuts[98])}"


def _length(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _refused(play: Play) -> list[str]:
    """Group what was sent on purpose by the first code that it got."""
    kinds: dict[str, dict[str, int]] = {}
    for kind, sent, _ in play.judged:
        reasons = sent.answer["data"].get("reasons") if sent.answer else None
        code = reasons[0]["code"] if reasons else "the first answer again"
        of_code = kinds.setdefault(code, {})
        of_code[kind] = of_code.get(kind, 0) + 1
    return [
        f"  {code}: " + "; ".join(f"{kind} ({n})" if n > 1 else kind for kind, n in each.items())
        for code, each in sorted(kinds.items())
    ]
