"""``continuum VERB``: the operators' command line. `continuum.arguments` lists the verbs."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from continuum import (
    accounting,
    canary,
    dead_letters,
    figures,
    logs,
    orders,
    output,
    provision,
    resume,
    retention,
    why,
    working_days,
)
from continuum.access import Access, NotPossible
from continuum.arguments import parser
from continuum.orders import Order
from continuum.rebuild.log import Log
from continuum.rebuild.run import Order as Rebuilding
from continuum.rebuild.run import rebuild
from continuum.status import check
from continuum.status.unread import describe_unread
from shared.process.interrupts import enable_interrupts


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and exit.

    The status is 0 if done, 1 if not possible or if something is wrong, and 2 for wrong usage, if
    the state of the stack could not be read at all, or if `provision --plan` found a difference.
    """
    enable_interrupts()
    usage = parser()
    parsed = usage.parse_args(arguments)
    if parsed.verb == "provision" and parsed.prune and not parsed.apply:
        usage.error("--prune needs --apply")
    try:
        if parsed.verb == "canary":
            asyncio.run(_canary(parsed))
        if parsed.verb == "status":
            lines, found = asyncio.run(_status(parsed))
            output.say(lines)
            sys.exit(found)
        if parsed.verb == "calendar":
            dates, named = working_days.describe(parsed.year)
            for line in named:
                output.note(line)
            output.say(dates)
            return
        if parsed.verb == "logs":
            output.say(_logs(parsed))
            return
        if parsed.verb == "provision":
            lines, found = provision.run(
                parsed.connection,
                apply=parsed.apply or parsed.rotate is not None,
                prune=parsed.prune,
                rotate=parsed.rotate,
            )
            output.say(lines)
            sys.exit(found)
        access = Access.read(parsed.connection)
        lines, good = asyncio.run(_run(parsed, access))
    except NotPossible as reason:
        output.fail(reason, status=2 if parsed.verb == "status" else 1)
    except KeyboardInterrupt:
        output.fail("interrupted. Run it again: it resumes from what is already computed.")
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
    if parsed.verb == "figures":
        log = Log.read(parsed.connection)
        return await figures.rerun(access, log, parsed.month, say=_say)
    if parsed.verb == "rebuild":
        return await _rebuild(parsed, access)
    if parsed.verb == "retention":
        return await _retention(parsed, access)
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
    own = canary.Canary.read(parsed.connection, parsed.participant, parsed.submission)
    await canary.run(own, port=parsed.port, every=parsed.every, within=parsed.within)


async def _dead_letters(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    if parsed.action == "list":
        return await dead_letters.list_all(access, parsed.service), True
    if parsed.action == "show":
        if not parsed.contents:
            return await dead_letters.show(access, parsed.service, parsed.which), True
        contents = dead_letters.show_contents(
            access, parsed.service, parsed.which, by=parsed.by or _user(), why=parsed.why
        )
        return await contents, True
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
    return await rebuild(access, log, order, say=lambda text: _say(f"rebuild: {text}"))


async def _retention(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    if not parsed.apply:
        return await retention.show(access), True
    by = parsed.by or _user()
    return await retention.apply(access, by=by, why=parsed.why, wait=parsed.wait)


def _say(text: str) -> None:
    output.note(text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise NotPossible("this user has no name: name yourself with --as NAME.") from error


if __name__ == "__main__":
    main()
