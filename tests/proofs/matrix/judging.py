"""Compares the broker with the table, for every principal."""

from concurrent.futures import ThreadPoolExecutor

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from shared.contracts.services import DEPLOYABLES
from tests.proofs.chaos.login import login
from tests.proofs.matrix.asking import Cell, asked
from tests.proofs.matrix.table import rights_of
from tests.proofs.matrix.trying import tried


def judged(stack: Stack) -> tuple[int, list[str]]:
    """Ask and try everything; return how much was tried, and what was unexpected."""
    members = _members(stack)
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda member: cells_of(stack, member), members)
        cells = dict(zip(members, found, strict=True))
    unexpected = [
        f"{member}: {kind} {name}: expected {_text(expected)}, found {_text(found)}"
        for member, each in cells.items()
        for kind, name, expected, found in each
        if expected != found
    ]
    return sum(map(len, cells.values())), unexpected


def cells_of(stack: Stack, member: str) -> list[Cell]:
    """Ask and try everything as one principal."""
    topics = {topic.name for topic in stack.topics}
    # One group below each principal's prefix, and one that belongs to none.
    groups = {f"{each}.matrix" for each in _members(stack)} | {"matrix"}
    rights = rights_of(member, topics, groups)
    user, password = stack.kafka_login(member)
    admin = admin_client(stack.kafka.servers, user=user, password=password)
    own = f"{rights.group_prefix.removesuffix('.')}.matrix"
    others = [f"{each}.matrix" for each in ("intake", "operator", stack.participants[0].id)]
    return [
        *asked(admin, rights, topics, groups),
        *tried(admin, login(stack, member), rights, topics, {own, "matrix", *others}),
    ]


def _members(stack: Stack) -> list[str]:
    return [*DEPLOYABLES, "operator", *(each.id for each in stack.participants)]


def _text(found: object) -> str:
    if isinstance(found, set):
        return ", ".join(sorted(map(str, found))) or "nothing"
    return str(found)
