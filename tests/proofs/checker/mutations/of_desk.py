"""Breaks what the office's desk holds, tells and sends (I8, I10, I15, I16, I25)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.proofs.checker.fold_desk import folded
from tests.proofs.checker.fold_work import open_items
from tests.proofs.checker.log import (
    ANSWERS,
    CASE_TOLD,
    DESK,
    DESK_IN,
    MAIL,
    NOTICES,
    OUT,
    REFERENCE,
    data_of,
    firsts,
    number_of,
)
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.privacy import canaries_of
from tests.proofs.checker.run import Record

_ACTOR, _ANOTHER = "staff:k7f2", "staff:m3q9"
_ACT, _NOBODY = "00000000-0000-5000-8000-000000000027", "nobody"
_HOUR = timedelta(hours=1)


def _open_a_file(bench: Bench) -> None:
    """Let a desk have folded the run, and a person there have opened a case file."""
    run = bench.run
    run.at = run.at or datetime(2026, 3, 2, 15, tzinfo=UTC)
    _register(bench)
    place = _ask(bench).place
    _append(bench, f"{OUT}{DESK}.v1", "file", CASE_TOLD, inreplyto=place, inreplytoid=_ACT)
    _append(bench, ANSWERS, "asked", "gov.cri.intake.case_file_asked.v1", actor=_ACTOR)
    told = "gov.cri.notifications.case_file_told.v1"
    _append(bench, NOTICES, "told", told, causationid="asked", data={"actor": _ACTOR})
    unreachable = "gov.cri.notifications.participant_unreachable.v1"
    _append(bench, MAIL, "unreachable", unreachable, data={"participant": _NOBODY})
    desk = run.tables["desk"]
    desk |= {table: [dict(row) for row in rows.values()] for table, rows in folded(run).items()}
    desk["happenings"] = [{**row, "data": {}} for row in desk["happenings"]]
    for act in desk["acts"]:
        act["actor"] = _actor_of(bench, act["message_id"])
    desk["work_items"] = [
        {"item_id": item, "number": 1, "closed_at": None} for item in open_items(run)
    ]
    until = (run.at + _HOUR / 6).isoformat()
    desk["case_files"] = [{"message_id": _ACT, "told": {"name": "?"}, "until": until}]
    desk["catalog"] = [
        {"number": number_of(body), "body": data_of(body)}
        for _, body in firsts(run, REFERENCE)
        if number_of(body) is not None
    ]


def _register(bench: Bench) -> None:
    kind = "gov.cri.intake.participant_registered.v1"
    data = {"id": DESK, "kind": "program_office", "names_actors": True}
    _append(bench, REFERENCE, "desk", kind, time="2020-01-01T00:00:00Z", data=data)


def _ask(bench: Bench) -> Record:
    """Let the desk have sent a message, and return it."""
    desk = bench.run.tables.setdefault("desk", {})
    numbered = {"topic": DESK_IN, "subject": _ACT, "last": 1}
    desk["sequences"] = [*desk.get("sequences", []), numbered]
    about = {"actor": _ACTOR, "subject": _ACT, "sequence": f"{1:020d}"}
    return _append(bench, DESK_IN, _ACT, "gov.cri.case.ask.v1", **about)


def _append(bench: Bench, topic: str, identity: str, kind: str, **more: Any) -> Record:
    bench.run.topics.setdefault(topic, [])
    bench.run.ends.setdefault(topic, {"0": [0, 0]})
    body = {"id": identity, "type": kind, **more}
    return bench.append(Record(topic, 0, 0, None, json.dumps(body).encode()))


def _actor_of(bench: Bench, message: str) -> str:
    return next(str(b["actor"]) for _, b in firsts(bench.run, DESK_IN) if b["id"] == message)


def _set(bench: Bench, table: str, **changed: Any) -> None:
    bench.any_row("desk", table).update(changed)


def _lose(bench: Bench, table: str) -> None:
    bench.run.tables["desk"][table].remove(bench.any_row("desk", table))


def _keep(bench: Bench, *, until: timedelta) -> None:
    assert bench.run.at is not None
    _set(bench, "case_files", until=(bench.run.at + until).isoformat())


def _tell_more(bench: Bench) -> None:
    row = bench.any_row("desk", "happenings")
    row["data"] = {**row["data"], "participant": _NOBODY}


def _close(bench: Bench) -> None:
    _set(bench, "work_items", closed_at="2026-03-02T15:00:00Z")


def _open_again(bench: Bench) -> None:
    row = {"item_id": "late:nothing", "number": 1, "closed_at": None}
    bench.run.tables["desk"]["work_items"].append(row)


def _act_without_sending(bench: Bench) -> None:
    row = {**bench.any_row("desk", "acts"), "message_id": "unsent"}
    bench.run.tables["desk"]["acts"].append(row)


def _confide(bench: Bench, table: str, column: str) -> None:
    _set(bench, table, **{column: bench.random.choice(canaries_of(bench.run))})


def _keep_what_was_told(bench: Bench) -> None:
    """Keep the words of a case file in a table of its own, as long as the file is open."""
    text = bench.random.choice(canaries_of(bench.run))
    bench.run.tables["desk"]["acts"][0]["reasons"] = [{"message": f"Call {text}."}]


def _tell_an_agency(bench: Bench) -> None:
    topic = f"{OUT}{_NOBODY}.v1"
    _append(bench, topic, "to-nobody", CASE_TOLD, inreplyto=f"cri.in.{_NOBODY}.v1/0/0")


def _name_nobody(bench: Bench) -> None:
    message = bench.any_of(DESK_IN, where=lambda each: (each.body or {}).get("id") == _ACT)
    bench.put(edited(message, actor=None), message)


def _tell_another(bench: Bench) -> None:
    told = bench.any_of(NOTICES, where=lambda each: (each.body or {}).get("id") == "told")
    bench.put(edited(told, data={"actor": _ANOTHER}), told)


def _broken(
    says: str, breaks: str, change: Callable[[Bench], None], *, before: Any = _open_a_file
) -> Mutation:
    return Mutation(says, breaks, change, before)


MUTATIONS = (
    _broken("the desk counts another number", "I8",
            partial(_set, table="sequences", last=1_000_000), before=_ask),
    _broken("the desk has lost a case", "I10", partial(_lose, table="cases")),
    _broken("a case has another status", "I10", partial(_set, table="cases", status="lost")),
    _broken("a case has another provider", "I10", partial(_set, table="cases", provider="x")),
    _broken("a line of a case is lost", "I10", partial(_lose, table="happenings")),
    _broken("a line of a case says otherwise", "I10",
            partial(_set, table="happenings", sentence="It is done.")),
    _broken("a line of a case tells too much", "I10", _tell_more),
    _broken("a notice became another", "I10", partial(_set, table="notices", outcome="lost")),
    _broken("a mail became another", "I10", partial(_set, table="notices", mail_outcome="lost")),
    _broken("work is not on the list", "I10", _close),
    _broken("the list has work that is over", "I10", _open_again),
    _broken("an act was never sent", "I10", _act_without_sending),
    _broken("the desk has lost an act", "I10", partial(_lose, table="acts")),
    _broken("an act has another answer", "I10", partial(_set, table="acts", answer="lost")),
    _broken("the desk holds other reference data", "I10",
            partial(_set, table="catalog", body={"name": "Another"})),
    _broken("an agency is told a case file", "I15", _tell_an_agency),
    _broken("a case file is kept after its time", "I16", partial(_keep, until=-_HOUR)),
    _broken("a case file is kept for an hour", "I16", partial(_keep, until=_HOUR)),
    _broken("a case file has no end", "I16", partial(_set, table="case_files", until=None)),
    _broken("a case holds what was confided", "I16",
            partial(_confide, table="happenings", column="sentence")),
    _broken("an act holds what a case file told", "I16", _keep_what_was_told),
    _broken("the desk keeps an act as another's", "I25",
            partial(_set, table="acts", actor=_ANOTHER)),
    _broken("the desk names nobody", "I25", _name_nobody),
    _broken("another was told a case file", "I25", _tell_another),
)  # fmt: skip
