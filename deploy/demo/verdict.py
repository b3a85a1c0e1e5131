"""Whether everything holds at the end: every record answered, and answered as it must be."""

from collections import Counter
from dataclasses import dataclass

from deploy.demo.bad_input import REPEATED
from deploy.demo.play import Play
from deploy.participants.client import Sent

_ACCEPTED = "gov.cri.submission.accepted.v1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts of the closing line, and what is wrong (nothing, when all holds)."""

    submissions: int
    accepted: int
    refused: int
    repeats: int
    unanswered: int
    states: Counter[str]
    wrong: tuple[str, ...]


def verdict(play: Play) -> Verdict:
    """Judge the whole play."""
    answers = Counter(_kind(sent) for sent in play.submissions)
    unanswered = [s for client in play.company.clients.values() for s in client.unanswered()]
    wrong = [f"{name}: {problem}" for name, client in play.company.clients.items()
             for problem in client.problems]  # fmt: skip
    wrong += [f"no answer to {sent.what} ({sent.coordinate})" for sent in unanswered]
    wrong += [line for kind, sent, codes in play.judged if (line := _misjudged(kind, sent, codes))]
    wrong += [f"{wish.reference} was not accepted" for wish in play.company.wishes
              if play.company.status(wish) == "not answered"]  # fmt: skip
    if answers["accepted"] != len(play.company.wishes):
        wrong.append(f"{answers['accepted']} accepted instead of {len(play.company.wishes)}")
    if answers["accepted"] + answers["refused"] + answers["repeated"] != len(play.submissions):
        wrong.append("accepted, refused and repeats do not add up to the submissions")
    return Verdict(
        submissions=len(play.submissions),
        accepted=answers["accepted"],
        refused=answers["refused"],
        repeats=answers["repeated"],
        unanswered=len(unanswered),
        states=Counter(play.company.status(wish) for wish in play.company.wishes),
        wrong=tuple(wrong),
    )


def _kind(sent: Sent) -> str:
    if sent.answer is None:
        return "unanswered"
    if sent.answer["type"] != _ACCEPTED:
        return "refused"
    return "repeated" if sent.answer["data"].get("repeat") else "accepted"


def _misjudged(kind: str, sent: Sent, codes: frozenset[str]) -> str | None:
    """Say what is wrong with the answer to something that must be refused or repeated."""
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
