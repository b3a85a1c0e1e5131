"""Breaks mails (I26, I16), after adding a sound one to the run."""

from collections.abc import Callable
from functools import partial

from tests.proofs.checker.log import MAIL, NOTICES, data_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.privacy import canaries_of
from tests.proofs.checker.run import Record

_MAIL = "00000000-0000-5000-8000-000000000026"
_FILE, _ADDRESS = "1-000001.eml", "chief-of-canaries@agency.example"
_EML = (
    "Return-Path: <office@program.example>\r\nDelivered-To: {to}\r\nTo: {to}\r\n"
    "Subject: CRI-2026-000042-J: news\r\nMessage-ID: <{id}@program.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>\r\n"
)


def _eml(*, to: str = _ADDRESS, mail_id: str = _MAIL, text: str = "You wait.") -> bytes:
    return _EML.format(to=to, id=mail_id, text=text).encode()


def _send(bench: Bench) -> None:
    """Let one mail be decided, sent and told, in place of those that the run may have."""
    decided = bench.any_of(
        NOTICES, where=lambda record: any(n["outcome"] == "sent" for n in _notices(record))
    )
    notice = next(each for each in _notices(decided) if each["outcome"] == "sent")
    contact = {"participant": notice["audience"], "contact_id": "c-26", "email": _ADDRESS}
    row = {
        "mail_id": _MAIL,
        "notice": (decided.body or {})["id"],
        "audience": notice["audience"],
        "contact_id": "c-26",
        "state": "accepted",
    }
    tables = bench.run.tables["notifications"]
    tables["mails"] = [row]
    tables["contacts"] = [*tables.get("contacts", []), contact]
    delivered = edited(decided, id="delivered", type="gov.cri.notifications.notice_delivered.v1")
    body = edited(delivered, data={"mail": _MAIL}).value
    bench.run.topics[MAIL] = [Record(MAIL, 0, 0, None, body)]
    bench.run.ends[MAIL] = {"0": [0, 1]}
    bench.run.mails = {_FILE: _eml()}


def _notices(record: Record) -> list[dict[str, str]]:
    return list(data_of(record.body or {}).get("notices", ()))


def _keep(bench: Bench, content: bytes, *, file: str = _FILE) -> None:
    assert bench.run.mails is not None
    bench.run.mails[file] = content


def _set(bench: Bench, **changed: str) -> None:
    bench.any_row("notifications", "mails").update(changed)


def _send_twice(bench: Bench) -> None:
    _keep(bench, _eml(), file="2-000002.eml")


def _decide_nothing(bench: Bench) -> None:
    for record in list(bench.run.topics[NOTICES]):
        if (record.body or {}).get("id") == bench.any_row("notifications", "mails")["notice"]:
            none = [{**notice, "outcome": "not_needed"} for notice in _notices(record)]
            bench.put(edited(record, data={"notices": none}), record)


def _hold_no_row(bench: Bench) -> None:
    bench.run.tables["notifications"]["mails"] = []


def _lose(bench: Bench) -> None:
    bench.run.mails = {}


def _tell_nothing(bench: Bench) -> None:
    bench.run.topics[MAIL] = []


def _tell(bench: Bench, kind: str, **data: str) -> None:
    event = edited(bench.any_of(MAIL), id=kind, type=f"gov.cri.notifications.{kind}.v1", data=data)
    bench.append(event)


def _leak(bench: Bench) -> None:
    _keep(bench, _eml(text=bench.random.choice(canaries_of(bench.run))))


def _name_another(bench: Bench) -> None:
    """Name the address of another contact, as it is on the log of the confidential."""
    addresses = [text for text in canaries_of(bench.run) if "@" in text]
    _keep(bench, _eml(text=f"Write to <b>{bench.random.choice(addresses)}</b>."))


def _broken(says: str, change: Callable[[Bench], None], *, breaks: str = "I26") -> Mutation:
    return Mutation(says, breaks, change, _send)


MUTATIONS = (
    _broken("a mail has two copies", _send_twice),
    _broken("a mail is about a notice that nobody decided", _decide_nothing),
    _broken("a mail was kept of which nobody has a row", _hold_no_row),
    _broken("a mail goes to another address", lambda b: _keep(b, _eml(to="mayor@a.example"))),
    _broken("a mail that was accepted is nowhere", _lose),
    _broken("a mail that was cancelled was sent", partial(_set, state="cancelled")),
    _broken("a mail that waits was sent", partial(_set, state="try_later")),
    _broken("nobody is told what became of a mail", _tell_nothing),
    _broken("the log has another outcome of a mail", partial(_tell, kind="notice_failed")),
    _broken("a mail is told twice to be delivered", partial(_tell, kind="notice_delivered")),
    _broken("a mail holds a restricted text", _leak, breaks="I16"),
    _broken("a mail names another's address", _name_another, breaks="I16"),
)
