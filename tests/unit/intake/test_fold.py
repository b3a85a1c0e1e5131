"""Intake's rows about requests are the fold of its events about them."""

import json
import os
import random
from typing import Any

from shared.contracts.intake import TOPIC
from tests.examples.inbound import AGENCY, AT, PROVIDER, agency, data_of, event, submission
from tests.examples.intake import Intake

LIVES = int(os.environ.get("LIVES", "100"))
"""`make lives` folds 10,000."""
ABOUT = (
    "request.amend",
    "request.amend",
    "request.withdraw",
    "offer.answer",
    "milestone.report",
    "engagement.close",
    "request.direct",
    "status.ask",
)


class Lives:
    """Random messages about a few requests, some of them refused, some sent again."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.intake = Intake()
        self.published: list[Any] = []
        self.ended: dict[str, str] = {}
        self._sent: list[tuple[dict[str, Any], str]] = []

    def live(self, steps: int) -> None:
        for _ in range(steps):
            step = self.draw.choice((self._submit, self._say, self._say, self._say, self._repeat))
            step()
            if self.draw.random() < 0.05 and self.intake.batch.requests:
                number = self.draw.choice(list(self.intake.batch.requests))
                self.intake.batch.end(number, "closed", at=AT)
                self.ended.setdefault(number, "closed")

    def _submit(self) -> None:
        need = self.draw.choice((None, {"issue": f"Words {len(self._sent)}."}))
        data = submission(
            reference=f"R-{self.draw.randrange(4)}",
            need=need,
            agency=agency(ori=self.draw.choice(("CA0194200", "NY0303000"))),
        )
        self._send("request.submit", data, AGENCY)

    def _say(self) -> None:
        number = self.draw.choice([*self.intake.batch.requests, "CRI-2026-999999-0"])
        kind = self.draw.choice(ABOUT)
        data = data_of(kind, number)
        if kind == "request.amend" and self.draw.random() < 0.5:
            data["need"] = {"issue": f"Other words {len(self._sent)}."}
        by = (
            PROVIDER
            if kind in ("offer.answer", "milestone.report", "engagement.close")
            else AGENCY
        )
        self._send(kind, data, "program-office" if kind == "request.direct" else by)

    def _repeat(self) -> None:
        if self._sent:
            self._deliver(*self.draw.choice(self._sent))

    def _send(self, kind: str, data: Any, sender: str) -> None:
        message = event(kind, data, sender=sender, id=f"m-{len(self._sent)}")
        self._sent.append((message, sender))
        self._deliver(message, sender)

    def _deliver(self, message: dict[str, Any], sender: str) -> None:
        decision = self.intake.send_raw(message, participant=sender)
        self.published += decision.published


def folded(published: list[Any]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return the requests, and the words last stated of each, by what was published alone."""
    requests: dict[str, dict[str, Any]] = {}
    needs: dict[str, Any] = {}
    for each in published:
        kind = each.summary.type.split(".")[3]
        data = json.loads(each.value)["data"]
        if kind == "request_accepted":
            named = {name: data[name] for name in ("request_id", "tracking_number", "participant")}
            requests[each.subject] = {**named, "published": 0, "confided": 0, "ended": None}
        row = requests.get(each.subject)
        if row is None:
            continue
        if kind in ("request_accepted", "request_amended"):
            row["facts"] = data
        if kind == "need_stated":
            needs[each.subject] = data
        row["published" if each.topic == TOPIC else "confided"] = each.number
    return requests, needs


def test_requests_and_their_words_are_the_fold_of_what_was_published() -> None:
    accepted = 0
    for seed in range(LIVES):
        lives = Lives(seed)
        lives.live(25)
        requests, needs = folded(lives.published)
        for number, status in lives.ended.items():
            requests[number]["ended"] = status  # which routing publishes

        held = lives.intake.batch
        rows = {
            number: {**row._asdict(), "facts": json.loads(row.facts)}
            for number, row in held.requests.items()
        }
        assert rows == requests, f"seed {seed}"
        words = {number: json.loads(message) for number, message in held.needs.items()}
        assert words == needs, f"seed {seed}"
        accepted += len(rows)
    assert accepted > LIVES
