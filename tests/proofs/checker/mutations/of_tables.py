"""Breaks what services hold: owners' tables, notices, projections (I8 to I10)."""

from tests.proofs.checker.log import INTAKE, NOTICES, OUT, ROUTING, data_of, number_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited

_ELSEWHERE = "00000000-0000-5000-8000-000000000001"


def _leave_in_outbox(bench: Bench) -> None:
    row = {"id": 1, "event_id": _ELSEWHERE, "topic": ROUTING, "key": None, "value": "\\x7b7d"}
    bench.run.tables["routing"]["outbox"].append(row)


def _change_state(bench: Bench) -> None:
    row = bench.any_row("routing", "requests", where=lambda row: row["status"] == "closed")
    row["status"] = "delivered"


def _change_facts(bench: Bench) -> None:
    row = bench.any_row("intake", "requests")
    row["facts"] = {**row["facts"], "may_be_named": not row["facts"]["may_be_named"]}


def _write_as_another(bench: Bench) -> None:
    record = bench.any_of(INTAKE)
    bench.put(edited(record, source="urn:cri:continuum:routing"), record)


def _change_kept_answer(bench: Bench) -> None:
    bench.any_row("notifications", "answers")["data"] = "\\x7b7d"


def _decide_twice(bench: Bench) -> None:
    row = bench.any_row("notifications", "notices")
    bench.run.tables["notifications"]["notices"].append(dict(row))


def _decide_never(bench: Bench) -> None:
    notice = bench.any_of(NOTICES)
    fact = data_of(notice.body or {})["fact"]
    bench.remove(notice)
    rows = bench.run.tables["notifications"]["notices"]
    rows[:] = [row for row in rows if row["fact"] != fact]


def _send_undecided(bench: Bench) -> None:
    message = bench.any_of(OUT, "status_changed")
    records = bench.run.topics[message.topic]
    number = max(number_of(record.body or {}) or 0 for record in records) + 1
    bench.append(edited(message, id=_ELSEWHERE, participantsequence=f"{number:020d}"))


def _answer_twice(bench: Bench) -> None:
    answer = bench.any_of(OUT, where=lambda record: "inreplyto" in (record.body or {}))
    bench.append(edited(answer, id=_ELSEWHERE))


def _name_another_message(bench: Bench) -> None:
    answer = bench.any_of(OUT, where=lambda record: "inreplytoid" in (record.body or {}))
    bench.put(edited(answer, inreplytoid="of-another-message"), answer)


def _renumber_message(bench: Bench) -> None:
    row = bench.any_row(
        "notifications", "notices", where=lambda row: row["participantsequence"] is not None
    )
    row["participantsequence"] += 1


def _alter_figure(bench: Bench) -> None:
    bench.any_row("reporting", "requests")["offers"] += 1


def _lose_topic(bench: Bench) -> None:
    row = bench.any_row("reporting", "requests", where=lambda row: row["topics"])
    row["topics"] = row["topics"][1:]


def _alter_topic(bench: Bench) -> None:
    row = bench.any_row("reporting", "catalog", where=lambda row: row["kind"] == "topic")
    row["body"] = {**row["body"], "families": ["another"]}


def _lose_line(bench: Bench) -> None:
    row = bench.any_row("reporting", "timeline")
    bench.run.tables["reporting"]["timeline"].remove(row)


def _alter_view(bench: Bench) -> None:
    row = bench.any_row("notifications", "requests", where=lambda row: row["provider"])
    row["provider"] = "nobody"


def _alter_contact(bench: Bench) -> None:
    bench.any_row("notifications", "contacts")["phone"] = "+1 202 555 0199"


def _make_choice(bench: Bench) -> None:
    unset = dict.fromkeys(("quiet_from", "quiet_until", "zone"))
    row = {"participant": "nobody", "contact_id": "desk", "kinds": "{}", **unset}
    bench.run.tables["notifications"].setdefault("preferences", []).append(row)


def _alter_load(bench: Bench) -> None:
    bench.any_row("routing", "capacities")["load"] += 1


def _move_in_lane(bench: Bench) -> None:
    row = bench.any_row("routing", "requests", where=lambda row: row["queue_number"] is not None)
    row["queue_number"] += 1000


def _forget_declaration(bench: Bench) -> None:
    """Remove the declaration of capacity that an offer counts against."""
    row = bench.any_row("routing", "requests", where=lambda row: row["offer_declaration"])
    row["offer_declaration"] = None


def _alter_facts(bench: Bench) -> None:
    row = bench.any_row("routing", "requests")
    row["facts"] = row["facts"].replace("{", '{"agency.sworn": 1, ', 1)


def _alter_reference(bench: Bench) -> None:
    row = bench.any_row("routing", "catalog")
    row["body"] = {**row["body"], "name": "Another"}


MUTATIONS = (
    Mutation("a row is left in the outbox", "I8", _leave_in_outbox),
    Mutation("routing holds another state than it announced", "I8", _change_state),
    Mutation("intake holds other facts than it announced", "I8", _change_facts),
    Mutation("a service writes on another's topic", "I8", _write_as_another),
    Mutation("the answer kept is not the answer given", "I8", _change_kept_answer),
    Mutation("a notice is kept twice", "I9", _decide_twice),
    Mutation("nobody decided whom to tell of an event", "I9", _decide_never),
    Mutation("a message is sent that nobody decided", "I9", _send_undecided),
    Mutation("a record is answered twice", "I9", _answer_twice),
    Mutation("an answer names the id of another message", "I9", _name_another_message),
    Mutation("a notice names another number than its message has", "I9", _renumber_message),
    Mutation("a figure of reporting is altered", "I10", _alter_figure),
    Mutation("reporting has lost a topic of a request", "I10", _lose_topic),
    Mutation("reporting holds another family of a topic", "I10", _alter_topic),
    Mutation("a line of a timeline is lost", "I10", _lose_line),
    Mutation("what notifications knows of a request is altered", "I10", _alter_view),
    Mutation("a contact is altered", "I10", _alter_contact),
    Mutation("a contact's choice was never sent", "I10", _make_choice),
    Mutation("a provider's load is miscounted", "I10", _alter_load),
    Mutation("routing holds another place in a lane than it announced", "I10", _move_in_lane),
    Mutation("routing has lost what an offer takes", "I10", _forget_declaration),
    Mutation("routing holds other facts of a request than it announced", "I10", _alter_facts),
    Mutation("routing holds other reference data", "I10", _alter_reference),
)
