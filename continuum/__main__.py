"""``continuum VERB``: reads the services' databases with the operator's access."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from continuum import accounting, canary, dead_letters, logs, orders, output, resume, why
from continuum.access import Access, NotPossible
from continuum.orders import Order
from continuum.rebuild.log import Log
from continuum.rebuild.run import Order as Rebuilding
from continuum.rebuild.run import rebuild
from continuum.status import look
from continuum.status.unread import tell_unread
from shared.contracts.services import SERVICES
from shared.runtime.interrupts import enable_interrupts

EXAMPLES = """\
examples:
  continuum why CRI-2026-000042-K         the story of a request, event by event
  continuum status                        is anything wrong, since when, and what to run next
  continuum status --waiting              which requests wait, in which lane, and why
  continuum accounting                    which effects of which facts are missing, for whom
  continuum dead-letters list             what could not be processed, by cause
  continuum dead-letters replay routing CRI-2026-000042-K
                                          what taking it in again would touch
  continuum dead-letters replay routing CRI-2026-000042-K --yes --why 'mended in 0.2.1'
                                          take it in again, and what waits behind it
  continuum rebuild reporting             compute its tables again from the log, beside the live
                                          ones, and compare them
  continuum rebuild routing --yes --why 'a row was lost'
                                          repair what differs in its copy of the reference data
  continuum resume routing                what would be cleared so that routing goes on
  continuum resume routing --yes --why 'mended in 0.2.1'
                                          clear it
  continuum logs refused CRI-2026-000042-K
                                          why, from the log files alone
  continuum canary                        submit once a minute as a participant; show metrics
"""
_BY = "(default: this user); the database's role is kept beside it"
REBUILT = """\
Computes again, from the log and beside the live tables, what a service only copies from it:
  reporting               all of its tables
  routing, notifications  the copy of the reference data, and how far it has come
  intake                  the reference data, and how each request ended
The rest are decisions, or come from topics that are kept for 14 days; the answer says so of each
table. Nothing is changed without --yes.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run the command line and exit.

    0 done; 1 not possible (and why), or not all is as it should be; 2 wrong usage, or a status
    that could not be asked for at all.
    """
    enable_interrupts()
    parsed = _parser().parse_args(arguments)
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
        return await why.tell(access, parsed.tracking_number), True
    if parsed.verb == "accounting":
        unread = await tell_unread(access, Log.read(parsed.connection), grace=parsed.grace)
        lines, good = await accounting.tell(access, grace=parsed.grace)
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
    return logs.tell(found, parsed.question, parsed.about, hours=parsed.hours, now=now)


async def _status(parsed: argparse.Namespace) -> tuple[list[str], int]:
    return await look.tell(
        parsed.connection, late=parsed.late, waiting=parsed.waiting, as_json=parsed.json
    )


async def _canary(parsed: argparse.Namespace) -> None:
    bird = canary.Canary.read(parsed.connection, parsed.participant, parsed.submission)
    await canary.run(bird, port=parsed.port, every=parsed.every, within=parsed.within)


async def _dead_letters(parsed: argparse.Namespace, access: Access) -> tuple[list[str], bool]:
    if parsed.action == "list":
        return await dead_letters.tell(access, parsed.service), True
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
    return await orders.give(access, order, wait=parsed.wait)


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


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--connection",
        type=Path,
        default=Path(os.environ.get("CONTINUUM_CONNECTION", ".local/connection.json")),
        metavar="FILE",
        help="where the databases are (default: %(default)s; $CONTINUUM_CONNECTION names another)",
    )
    parser = argparse.ArgumentParser(
        prog="continuum",
        description="Tells operators what became of a request, and what waits.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    asked = verbs.add_parser(
        "why", parents=[shared], help="tell a request's story with every decision's reasons"
    )
    asked.add_argument("tracking_number", help="such as CRI-2026-000042-K")
    stated = verbs.add_parser(
        "status",
        parents=[shared],
        help="say what is wrong, since when, and what to run next; exit 1 if anything is",
    )
    stated.add_argument("--waiting", action="store_true", help="list each request that waits")
    stated.add_argument("--json", action="store_true", help="for programs")
    stated.add_argument(
        "--late",
        type=float,
        default=look.LATE_SECONDS,
        metavar="SECONDS",
        help="what has waited less is on its way (default: %(default)s)",
    )
    accounted = verbs.add_parser(
        "accounting", parents=[shared], help="compare every fact's effects with those expected"
    )
    accounted.add_argument(
        "--grace",
        type=float,
        default=10,
        metavar="SECONDS",
        help="what is younger is still on its way (default: %(default)s)",
    )
    letters = verbs.add_parser(
        "dead-letters", help="tell what could not be processed; take it in again, or give it up"
    )
    _add_dead_letters(letters, shared)
    _add_rebuild(verbs, shared)
    _add_canary(verbs, shared)
    _add_logs(verbs, shared)
    cleared = verbs.add_parser(
        "resume", parents=[shared], help="let a service go on that stopped, and waits for a person"
    )
    cleared.add_argument("service", help=", ".join(SERVICES))
    cleared.add_argument("--yes", action="store_true", help="do it; without it, only say what")
    cleared.add_argument("--why", metavar="TEXT", help="why, kept with who did it")
    cleared.add_argument("--as", dest="by", metavar="NAME", help=f"who does it {_BY}")
    cleared.add_argument(
        "--wait", type=float, default=20, metavar="SECONDS", help="for the service to do it"
    )
    cleared.add_argument(
        "--from-start", action="store_true", help="read a topic made anew from its first record"
    )
    return parser


def _add_rebuild(verbs: Any, shared: argparse.ArgumentParser) -> None:
    rebuilt = verbs.add_parser(
        "rebuild",
        parents=[shared],
        help="compute tables again from the log, and compare",
        description=REBUILT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rebuilt.add_argument("service", help=", ".join(SERVICES))
    rebuilt.add_argument(
        "--effects",
        choices=["silently", "missing", "all"],
        default="silently",
        help="whom to message: nobody, those not told yet, everybody again (default: %(default)s)",
    )
    rebuilt.add_argument("--yes", action="store_true", help="repair what differs")
    rebuilt.add_argument("--why", metavar="TEXT", help="why, kept with the outcome")
    rebuilt.add_argument("--as", dest="by", metavar="NAME", help=f"who orders it {_BY}")
    rebuilt.add_argument(
        "--afresh", action="store_true", help="do not go on from where an earlier run was"
    )


def _add_logs(verbs: Any, shared: argparse.ArgumentParser) -> None:
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in logs.QUESTIONS.items())
    asked = verbs.add_parser("logs", parents=[shared], help="answer a question from the log files")
    asked.add_argument("question", choices=logs.QUESTIONS, help=meanings)
    asked.add_argument("about", nargs="?", help="a request, a record, or a participant")
    asked.add_argument("--hours", type=float, default=1, help="how far back (default: 1)")


def _add_canary(verbs: Any, shared: argparse.ArgumentParser) -> None:
    tried = verbs.add_parser(
        "canary", parents=[shared], help="submit again and again as a participant; show metrics"
    )
    tried.add_argument("--participant", default="california-agencies", metavar="NAME")
    tried.add_argument(
        "--submission",
        type=Path,
        default=Path("deploy/monitoring/canary.json"),
        metavar="FILE",
        help="the data of its request (default: %(default)s)",
    )
    tried.add_argument("--port", type=int, default=9464, help="of /metrics (default: %(default)s)")
    for name, default in (("--every", 60), ("--within", 30)):
        tried.add_argument(name, type=float, default=default, metavar="SECONDS")


def _add_dead_letters(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", parents=[shared], help="all of them, by cause")
    listed.add_argument("service", nargs="?", help="of this service only")
    shown = actions.add_parser("show", parents=[shared], help="all that is known of one")
    shown.add_argument("service")
    shown.add_argument("which", help="topic/partition/offset, or the request or key that waits")
    shown.add_argument("--contents", action="store_true", help="print what it says, too")
    shown.add_argument("--why", metavar="TEXT", help="what for; the look at contents is kept")
    shown.add_argument("--as", dest="by", metavar="NAME", help=f"who looks {_BY}")
    for action, meaning in (
        ("replay", "take it in again, then what waits behind it, in order"),
        ("discard", "give it up for good, and take in what waits behind it"),
    ):
        ordered = actions.add_parser(action, parents=[shared], help=meaning)
        ordered.add_argument("service", help="the service that failed")
        which = ordered.add_mutually_exclusive_group(required=True)
        which.add_argument("which", nargs="?", help="as `list` names it")
        which.add_argument("--cause", metavar="TEXT", help="all of this cause, as `list` names it")
        ordered.add_argument("--yes", action="store_true", help="do it; without it, only say what")
        ordered.add_argument("--why", metavar="TEXT", help="why, kept with the order")
        ordered.add_argument("--as", dest="by", metavar="NAME", help=f"who orders it {_BY}")
        ordered.add_argument(
            "--wait", type=float, default=20, metavar="SECONDS", help="for what came of it"
        )
        if action == "replay":
            ordered.add_argument(
                "--again", action="store_true", help="though it failed again and again"
            )


if __name__ == "__main__":
    main()
