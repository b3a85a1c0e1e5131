"""What the log says of subscriptions: who gets which news, and at which address."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    CONFIDENTIAL,
    NOTICES,
    data_of,
    firsts,
    is_subscription,
    short,
)
from tests.proofs.checker.run import Run

MONTHLY = "monthly_update"
SOLICITATION = "gov.cri.intake.solicitation_announced.v1"
REPORTS = frozenset(
    f"gov.cri.reporting.{kind}.v1"
    for kind in ("report_published", "report_corrected", "report_withdrawn", "figure_corrected")
)
NEWS = frozenset({MONTHLY, SOLICITATION, *REPORTS})
"""The facts of which subscribers are told."""
_STATES = {"subscription_asked": "asked", "subscription_confirmed": "confirmed"}


def told_of_news(run: Run) -> Findings:
    """News go only to who has confirmed them and not ended them before, once for each fact."""
    states: dict[str, dict[str, str]] = defaultdict(dict)
    told: Counter[tuple[str, str]] = Counter()
    for record, body in firsts(run, NOTICES):
        subject, data = str(body.get("subject")), data_of(body)
        if not is_subscription(subject):
            continue
        if short(body) != "notice_decided":
            _fold(states[subject], short(body), data["kinds"])
        elif data["fact_type"] in NEWS:
            told[data["fact"], subject] += 1
            audiences = {notice["audience"] for notice in data["notices"]}
            if audiences != {subject} or told[data["fact"], subject] > 1:
                yield f"{record.place}: {subject} is told twice of {data['fact']}, or others are"
            else:
                kinds = {kind for kind, state in states[subject].items() if state == "confirmed"}
                wished = "reports" in kinds if data["fact_type"] in REPORTS else bool(kinds)
                yield None if wished else f"{record.place}: {subject} has confirmed no news"


def wrong_subscriptions(run: Run) -> Iterator[str | None]:
    """Compare subscriptions with what was asked for, confirmed and ended; and their addresses."""
    folded: dict[str, dict[str, str]] = defaultdict(dict)
    for _, body in firsts(run, NOTICES):
        if is_subscription(body.get("subject")) and short(body) != "notice_decided":
            _fold(folded[body["subject"]], short(body), data_of(body)["kinds"])
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for row in run.rows("notifications", "subscriptions"):
        held[row["audience"]][row["kind"]] = row["state"]
    rows = run.rows("notifications", "subscribers")
    kept = {row["audience"]: row["address"] for row in rows}
    asked = addresses_asked_for(run)
    for audience in sorted(folded.keys() | held.keys() | kept.keys()):
        wished = folded[audience]
        address = asked.get(audience) if wished else None
        if held[audience] != wished:
            yield f"notifications: {audience} is not what was last said of it"
        elif kept.get(audience) != address:
            yield f"notifications: the address of {audience} is not the one asked for"
        else:
            yield None


def addresses_asked_for(run: Run) -> dict[str, str]:
    """Return the address of each subscription, from the ask that began it."""
    asks = {
        body["id"]: str(data_of(body)["address"]).strip().lower()
        for _, body in firsts(run, CONFIDENTIAL)
        if short(body) == "subscription_ask_received"
    }
    found: dict[str, str] = {}
    for _, body in firsts(run, NOTICES):
        if short(body) == "subscription_asked" and body["causationid"] in asks:
            found.setdefault(str(body["subject"]), asks[body["causationid"]])
    return found


def _fold(states: dict[str, str], kind: str, kinds: list[str]) -> None:
    for each in kinds:
        if kind == "subscription_ended":
            states.pop(each, None)
        else:
            states[each] = _STATES[kind]
