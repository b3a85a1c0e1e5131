"""The checks at the end: every record must have an answer, and the right one."""

from collections import Counter
from dataclasses import dataclass

from deploy.demo.bad_input import REPEATED
from deploy.demo.demonstration import Demonstration
from deploy.participants.client import Sent

_ACCEPTED = "gov.cri.submission.accepted.v1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts of the closing line, and the failed checks."""

    submissions: int
    accepted: int
    refused: int
    repeats: int
    unanswered: int
    states: Counter[str]
    wrong: tuple[str, ...]


def verdict(demo: Demonstration) -> Verdict:
    """Judge the finished demonstration."""
    answers = Counter(_kind(sent) for sent in demo.submissions)
    unanswered = [s for client in demo.participants.clients.values() for s in client.unanswered()]
    wrong = [f"{name}: {problem}" for name, client in demo.participants.clients.items()
             for problem in client.problems]  # fmt: skip
    wrong += [f"no answer to {sent.what} ({sent.coordinate})" for sent in unanswered]
    wrong += [line for kind, sent, codes in demo.judged if (line := _misjudged(kind, sent, codes))]
    wrong += [
        f"{planned.reference} was not accepted"
        for planned in demo.participants.planned_requests
        if demo.participants.status(planned) == "not answered"
    ]
    if answers["accepted"] != len(demo.participants.planned_requests):
        wrong.append(
            f"{answers['accepted']} accepted instead of {len(demo.participants.planned_requests)}"
        )
    if answers["accepted"] + answers["refused"] + answers["repeated"] != len(demo.submissions):
        wrong.append("accepted, refused and repeats do not add up to the submissions")
    return Verdict(
        submissions=len(demo.submissions),
        accepted=answers["accepted"],
        refused=answers["refused"],
        repeats=answers["repeated"],
        unanswered=len(unanswered),
        states=Counter(
            demo.participants.status(planned) for planned in demo.participants.planned_requests
        ),
        wrong=tuple(wrong),
    )


def _kind(sent: Sent) -> str:
    if sent.answer is None:
        return "unanswered"
    if sent.answer["type"] != _ACCEPTED:
        return "refused"
    return "repeated" if sent.answer["data"].get("repeat") else "accepted"


def _misjudged(kind: str, sent: Sent, codes: frozenset[str]) -> str | None:
    """Describe a wrong answer to a record that must be refused or answered as a repeat."""
    if sent.answer is None:
        return None
    if codes == {REPEATED}:
        given = _kind(sent)
        return None if given == "repeated" else f"{kind}: {given} instead of repeated"
    given_codes = [reason["code"] for reason in sent.answer["data"].get("reasons", [])]
    if codes & set(given_codes):
        return None
    got = ", ".join(given_codes) or str(sent.answer["type"])
    return f"{kind}: {got} instead of {' or '.join(sorted(codes))}"
