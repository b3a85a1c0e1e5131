"""I16: of a person who is forgotten, no database holds what was said of that person before."""

import json
from collections import defaultdict

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import CONFIDENTIAL, INTAKE, data_of, firsts, number_of, short
from tests.proofs.checker.run import Body, Run

_OF_PERSONS = ("name", "title", "email", "phone", "address")
_SHORTEST = 6
_NOT_YET = frozenset({"outbox", "dead_letters"})
"""Tables that hold messages until Kafka takes them or an operator settles them."""


def forgotten_are_erased(run: Run) -> Findings:
    """Look for what was said of a forgotten person, unless it was said of another, or later."""
    said: dict[str, list[Body]] = defaultdict(list)
    for _, body in firsts(run, CONFIDENTIAL):
        said[str(body.get("subject"))].append(body)
    forgotten = {
        body["subject"]: data_of(body)["up_to"]
        for _, body in firsts(run, INTAKE)
        if short(body) == "person_forgotten" and data_of(body).get("contact_id") is not None
    }
    gone: set[str] = set()
    stays: set[str] = set()
    for subject, bodies in said.items():
        for body in bodies:
            is_gone = (number_of(body) or 0) <= forgotten.get(subject, -1)
            (gone if is_gone else stays).update(_texts(body))
    words = gone - stays
    if not words:
        return
    for service, tables in run.tables.items():
        for table, rows in tables.items():
            text = json.dumps(rows, ensure_ascii=False) if table not in _NOT_YET else ""
            found = sum(word in text for word in words)
            wrong = f"{service}.{table} holds {found} texts of forgotten people"
            yield wrong if found else None


def _texts(body: Body) -> set[str]:
    """Return what the event says of a person; short texts could stand anywhere by chance."""
    found = (data_of(body).get(name) for name in _OF_PERSONS)
    return {text for text in found if isinstance(text, str) and len(text) >= _SHORTEST}
