"""I26: each mail is that of one decided notice, to its contact, and none has two copies."""

from collections import Counter, defaultdict
from email.message import EmailMessage

from tests.proofs.checker.eml import id_of, parsed
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import CONFIDENTIAL, MAIL, NOTICES, data_of, events, firsts, short
from tests.proofs.checker.run import Row, Run
from tests.proofs.checker.subscriptions import addresses_asked_for

_ENDS = {
    "accepted": "notice_delivered",
    "refused": "notice_failed",
    "gave_up": "notice_failed",
    "outcome_unknown": "notice_outcome_unknown",
    "cancelled": "notice_cancelled",
    "counted_as_delivered": "notice_settled",
    "dropped": "notice_settled",
}
_WAITING = frozenset({"prepared", "try_later"})
_NEVER_TAKEN = _WAITING | {"refused", "gave_up", "cancelled"}
"""Without a try of unknown outcome, the mail server has no copy of these."""
_OF_A_MAIL = {*_ENDS.values()}
_CODE = "code"
"""The kind of mails with a code: the log has no outcome of them."""


def i26_mails_are_decided_once(run: Run) -> Findings:
    """
    Judge the mails that a mail server has kept, their rows and their events.

    A second copy is right only if a person had a mail of unknown outcome sent again.
    """
    if run.mails is None:
        return
    rows = {row["mail_id"]: row for row in run.rows("notifications", "mails")}
    kept: dict[str, list[EmailMessage]] = defaultdict(list)
    for content in run.mails.values():
        message = parsed(content)
        kept[id_of(message)].append(message)
    told = _told(run)
    yield from _belong(run, rows, kept)
    for mail_id in sorted(rows.keys() | kept.keys() | told.keys()):
        row, copies, events = rows.get(mail_id), len(kept[mail_id]), told[mail_id]
        again = sum(end == "sent_again" for end in events)
        if copies > 1 + again:
            yield f"the mail {mail_id} has {copies} copies, and was sent again {again} times"
        elif row is None:
            yield f"the mail {mail_id} has {copies} copies, {len(events)} events and no row"
        else:
            yield _fits(row, copies, events)


def _fits(row: Row, copies: int, events: list[str]) -> str | None:
    """Compare the state of a mail with its copies and its events."""
    state, last = row["state"], events[-1] if events else None
    name = f"the mail {row['mail_id']} is {state}"
    is_code = row.get("kind") == _CODE
    if state == "accepted" and not copies:
        return f"{name}, and the mail server has no copy"
    if is_code and events:
        return f"{name}, and the log tells what became of a code"
    if state in _NEVER_TAKEN and copies and "notice_outcome_unknown" not in events:
        return f"{name}, and the mail server has {copies} copies"
    wanted = {"sent_again", None} if state in _WAITING else {_ENDS.get(state)}
    if last not in wanted and not is_code:
        return f"{name}, and its last event is {last}"
    most = 1 + events.count("sent_again")
    twice = [end for end, times in Counter(events).items() if times > most]
    return f"{name}, and {', '.join(twice)} was told twice" if twice else None


def _belong(run: Run, rows: dict[str, Row], kept: dict[str, list[EmailMessage]]) -> Findings:
    """Look for the decided notice and the contact of each mail that was kept."""
    decided = {
        (body["id"], notice["audience"])
        for _, body in firsts(run, NOTICES)
        for notice in data_of(body).get("notices", ())
        if notice["outcome"] == "sent"
    }
    addresses = _addresses(run)
    for mail_id, messages in sorted(kept.items()):
        row = rows.get(mail_id)
        for message in messages if row is not None else ():
            assert row is not None
            name = f"the mail {mail_id}"
            to = message.get_all("Delivered-To", [])
            whose = row["audience"], row["contact_id"]
            if (row["notice"], row["audience"]) not in decided:
                yield f"{name} to {row['audience']} is about a notice that nobody decided"
            elif len(to) != 1 or str(to[0]) not in addresses[whose]:
                yield f"{name} did not go to the contact {'/'.join(whose)} alone"
            else:
                yield None


def _addresses(run: Run) -> dict[tuple[str, str], set[str]]:
    """Return the addresses that each contact ever had, and that of each subscription."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, body in events(run, CONFIDENTIAL):
        if short(body) == "contact_set":
            data = data_of(body)
            found[data["participant"], data["contact_id"]].add(str(data.get("email")))
    for audience, address in addresses_asked_for(run).items():
        found[audience, ""].add(address)
    for row in run.rows("notifications", "contacts"):
        found[row["participant"], row["contact_id"]].add(str(row["email"]))
    return found


def _told(run: Run) -> dict[str, list[str]]:
    """
    Return the outcomes that the log has of each mail, in order.

    That it is sent again is named so; that its recipient was told otherwise changes nothing.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for _, body in firsts(run, MAIL):
        data = data_of(body)
        how = data.get("how")
        if short(body) in _OF_A_MAIL and how != "told_otherwise":
            found[data["mail"]].append("sent_again" if how == "sent_again" else short(body))
    return found
