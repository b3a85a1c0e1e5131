"""``continuum VERB``: reads the services' databases with the operator's access."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from continuum import accounting, canary, dead_letters, logs, orders, output, resume, why
from continuum.access import Access, NotPossible
from continuum.arguments import parser
from continuum.orders import Order
from continuum.rebuild.log import Log
from continuum.rebuild.run import Order as Rebuilding
from continuum.rebuild.run import rebuild
from continuum.status import check
from continuum.status.unread import describe_unread
from shared.runtime.interrupts import enable_interrupts


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and exit.

    0 done; 1 not possible (and why), or not all is as it should be; 2 wrong usage, or a status
    that could not be asked for at all.
    """
    enable_interrupts()
    parsed = parser().parse_args(arguments)
    try:
        if parsed.verb == "canary":
            asyncio.run(_canary(parsed))
        if parsed.verb == "status":
            lines, found = asyncio.run(_status(parsed))
            output.say(lines)
            sys.exit(found)
        if parsed.verb == "logs":
            output.say(_logs(parsed))
            return
        access = Access.read(parsed.connection)
        lines, good = asyncio.run(_run(parsed, access))
    except NotPossible as reason:
        output.fail(reason, status=2 if parsed.verb == "status" else 1)
    except KeyboardInterrupt:
        output.fail("interrupted. Run it again: what was computed so far is kept.")
    output.say(lines)
    if not good:
        sys.exit(1)


async def _run(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    if parsed.verb == "why":
        return await why.explain(access, parsed.tracking_number), True
    if parsed.verb == "accounting":
        unread = await describe_unread(access, Log.read(parsed.connection), grace=parsed.grace)
        lines, good = await accounting.compare(access, grace=parsed.grace)
        return [*unread, *lines], good and not unread
    if parsed.verb == "dead-letters":
        return await _dead_letters(parsed, access)
    if parsed.verb == "rebuild":
        return await _rebuild(parsed, access)
    cleared = resume.clear(
        access,
        parsed.service,
        by=parsed.by or _user(),
        why=parsed.why,
        yes=parsed.yes,
        from_start=parsed.from_start,
        wait=parsed.wait,
    )
    return await cleared, True


def _logs(parsed: argparse.Namespace) -> list[str]:
    found, now = logs.read(parsed.connection), datetime.now(UTC)
    return logs.answer(found, parsed.question, parsed.about, hours=parsed.hours, now=now)


async def _status(parsed: argparse.Namespace) -> tuple[list[str], int]:
    return await check.check(
        parsed.connection, late=parsed.late, waiting=parsed.waiting, as_json=parsed.json
    )


async def _canary(parsed: argparse.Namespace) -> None:
    bird = canary.Canary.read(parsed.connection, parsed.participant, parsed.submission)
    await canary.run(bird, port=parsed.port, every=parsed.every, within=parsed.within)


async def _dead_letters(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    if parsed.action == "list":
        return await dead_letters.list_all(access, parsed.service), True
    if parsed.action == "show":
        if not parsed.contents:
            return await dead_letters.show(access, parsed.service, parsed.which), True
        told = dead_letters.show_contents(
            access, parsed.service, parsed.which, by=parsed.by or _user(), why=parsed.why
        )
        return await told, True
    order = Order(
        action=parsed.action,
        service=parsed.service,
        which=parsed.which,
        cause=parsed.cause,
        by=parsed.by or _user(),
        why=parsed.why,
        again=getattr(parsed, "again", False),
        yes=parsed.yes,
    )
    return await orders.place(access, order, wait=parsed.wait)


async def _rebuild(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    order = Rebuilding(
        service=parsed.service,
        effects=parsed.effects,
        by=parsed.by or _user(),
        why=parsed.why,
        yes=parsed.yes,
        afresh=parsed.afresh,
    )
    log = Log.read(parsed.connection)
    return await rebuild(access, log, order, say=_say)


def _say(text: str) -> None:
    output.note(f"rebuild: {text}")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise NotPossible("this user has no name: say with --as NAME who orders it.") from error


if __name__ == "__main__":
    main()
