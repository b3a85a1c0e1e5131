"""I9: one decision per fact and audience, and each decision to notify has its message."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Set

from tests.proofs.checker.changes import told_of_changes
from tests.proofs.checker.ends import told_of_ends
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    ANSWERS,
    CONFIDENTIAL,
    IN,
    INTAKE,
    MAIL,
    NOTICES,
    REFERENCE,
    REPORTING,
    ROUTING,
    TEXTS,
    data_of,
    firsts,
    is_subscription,
    messages,
    number_of,
    short,
)
from tests.proofs.checker.run import Body, Record, Row, Run
from tests.proofs.checker.subscriptions import NEWS, told_of_news

_UNTOLD = frozenset({"need_stated", "note_stated", "facts_changed", "request_recorded"})
_COLUMNS = ("message_type", "message_id", "participantsequence", "because")


def i09_one_notice(run: Run) -> Findings:
    """One decision for each (fact, audience); one answer for each record; each message decided."""
    decided = _announced(run)
    unknown = {body.get("id") for _, body in _facts(run) if run.may_be_unknown(body)}
    yield from _once(run, decided, unknown)
    yield from _all_facts(run, decided, unknown)
    yield from _sent(run, decided)
    yield from _answered(run)
    yield from _named_by_their_own_ids(run)
    yield from told_of_changes(run)
    yield from told_of_ends(run)
    yield from told_of_news(run)


def _announced(run: Run) -> dict[tuple[str, str], list[Body]]:
    found: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for _, body in firsts(run, NOTICES):
        for notice in data_of(body).get("notices", ()):
            about = {"notice": body["id"], "fact_type": data_of(body)["fact_type"]}
            found[data_of(body)["fact"], notice["audience"]].append(notice | about)
    return found


def _facts(run: Run) -> Iterator[tuple[Record, Body]]:
    topics = (INTAKE, ROUTING, REFERENCE, REPORTING, TEXTS, ANSWERS, CONFIDENTIAL)
    return firsts(run, *topics)


def _once(run: Run, decided: dict[tuple[str, str], list[Body]], unknown: Set[object]) -> Findings:
    """Compare the decisions kept with those announced; *unknown* facts an old restore forgets."""
    rows = defaultdict(list)
    for row in run.rows("notifications", "notices"):
        rows[row["fact"], row["audience"]].append(row)
    for fact, audience in sorted(rows.keys() | decided.keys()):
        kept, published = rows[fact, audience], decided.get((fact, audience), [])
        name = f"the notice of {fact} to {audience}"
        if is_subscription(audience) and published and published[0]["fact_type"] in NEWS:
            right = (len(kept), len(published)) == (0, 1)  # the log alone has news
            yield None if right else f"{name} is kept, or was announced {len(published)} times"
        elif fact in unknown and (len(kept), len(published)) == (0, 1):
            yield None
        elif (len(kept), len(published)) != (1, 1):
            yield f"{name} is kept {len(kept)} times and announced {len(published)} times"
        else:
            same = all(kept[0][column] == published[0].get(column) for column in _COLUMNS)
            yield None if same else f"{name} was announced otherwise than it is kept"


def _all_facts(
    run: Run, decided: dict[tuple[str, str], list[Body]], unknown: Set[object]
) -> Findings:
    facts = {fact for fact, _ in decided} | unknown
    for record, body in _facts(run):
        if short(body) not in _UNTOLD:
            known = body.get("id") in facts
            yield None if known else f"{record.place}: nobody decided whom to tell of it"
    for record, body in firsts(run, MAIL):
        if short(body) == "notice_undelivered" and body.get("id") not in facts:
            yield f"{record.place}: nobody decided whom to tell that a mail has failed"


def _sent(run: Run, decided: dict[tuple[str, str], list[Body]]) -> Findings:
    """Compare decisions to notify with the messages sent."""
    there = {
        body["id"]: (participant, body["type"], number_of(body))
        for participant, _, body in messages(run)
    }
    named: Counter[str] = Counter()
    mails = {row["mail_id"]: row for row in run.rows("notifications", "mails")}
    for (fact, audience), notices in sorted(decided.items()):
        for notice in notices:
            if notice["outcome"] != "sent":
                continue
            if notice["channel"] == "mail":
                yield _mailed(notice, mails.pop(notice["message_id"], None), fact)
                continue
            named[notice["message_id"]] += 1
            wanted = (audience, notice["message_type"], notice["participantsequence"])
            sent = there.get(notice["message_id"])
            yield (
                None if sent == wanted else f"{audience} should have {wanted}, has {sent} ({fact})"
            )
    for identity, (participant, kind, _) in there.items():
        times = named[identity]
        yield None if times == 1 else f"{kind} to {participant} was decided {times} times"
    for row in mails.values():
        if is_subscription(row["audience"]):
            yield f"nobody decided on the mail {row['mail_id']} to {row['audience']}"


def _mailed(notice: Body, row: Row | None, fact: str) -> str | None:
    """Compare a decision to mail a subscription with its mail, which no message accompanies."""
    if not is_subscription(notice["audience"]):
        return f"{notice['audience']} was sent a mail alone ({fact})"
    if row is None:
        return f"{notice['audience']} should have the mail {notice['message_id']} ({fact})"
    names = ("audience", "message_type", "notice")
    wanted = (fact, *(notice[name] for name in names))
    same = wanted == (row["fact"], row["audience"], row["template"], row["notice"])
    return None if same else f"the mail {row['mail_id']} is not the one decided on ({fact})"


def _answered(run: Run) -> Findings:
    """Look for exactly one answer id for each inbound record, kept and given."""
    answers: dict[str, set[str]] = defaultdict(set)
    for _, _, body in messages(run):
        if body.get("inreplyto"):
            answers[body["inreplyto"]].add(body["id"])
    kept = Counter(row["inreplyto"] for row in run.rows("notifications", "answers"))
    for record in run.records(IN):
        given = len(answers[record.place])
        once = (given, kept[record.place]) == (1, 1)
        wrong = f"{record.place} has {given} answers, of which {kept[record.place]} are kept"
        yield None if once else wrong


def _named_by_their_own_ids(run: Run) -> Findings:
    """Compare the id that an answer names with that of the message in the record."""
    ids = {record.place: (record.body or {}).get("id") for record in run.records(IN)}
    for _, _, body in messages(run):
        place, own = body.get("inreplyto", ""), body.get("inreplytoid")
        if own is not None and place in ids and own != ids[place]:
            yield f"the answer to {place} names another message's id"
