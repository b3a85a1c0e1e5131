"""The verbs and options of the command line."""

import argparse
import os
from pathlib import Path
from typing import Any

from continuum import logs
from continuum.status import check
from shared.contracts.services import DEPLOYABLES

EXAMPLES = """\
examples:
  continuum why CRI-2026-000042-K         the history of a request, event by event
  continuum status                        is anything wrong, since when, and what to run next
  continuum status --waiting              which requests wait, in which lane, and why
  continuum accounting                    which effects of which events are missing, for whom
  continuum dead-letters list             the records that could not be processed, by cause
  continuum dead-letters replay routing CRI-2026-000042-K
                                          what a replay would affect
  continuum dead-letters replay routing CRI-2026-000042-K --yes --why 'fixed in 0.2.1'
                                          replay it, then the records parked behind it
  continuum rebuild reporting             recompute its tables from the log, beside the live
                                          ones, and compare them
  continuum rebuild routing --yes --why 'a row was lost'
                                          repair what differs in its copy of the reference data
  continuum figures rerun 2026-06         compute a published month again from the log
  continuum calendar --year 2027          the federal holidays of a year, for calendar.define
  continuum resume routing                what would be cleared so that routing resumes
  continuum resume routing --yes --why 'fixed in 0.2.1'
                                          clear it
  continuum retention                     what is kept of people, how long, and what would go
  continuum retention --apply --why 'the annual review'
                                          erase it now, not within the hour
  continuum logs refused CRI-2026-000042-K
                                          why it was refused, from the log files alone
  continuum provision --plan              how Kafka differs from what is registered
  continuum canary                        submit once a minute as a participant; show metrics
"""
_BY = "(default: this user); the database role is recorded with it"
REBUILT = """\
Recomputes, beside the live tables, those that are a fold of the log:
  intake                  the reference data, and the final status of each request
  routing, notifications  the copy of the reference data, and its gates
  reporting               requests, timelines, programs, and the copy of the reference data
  desk                    cases, notices, the work list, and the copy of the reference data
  webdesk                 nothing
routing also compares its requests and capacities with what it published. The other tables hold
decisions, or come from topics that are not kept for ever; the report says which. Nothing is
changed without --yes.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``continuum VERB …``."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--connection",
        type=Path,
        default=Path(os.environ.get("CONTINUUM_CONNECTION", ".local/connection.json")),
        metavar="FILE",
        help="where the databases are (default: %(default)s; $CONTINUUM_CONNECTION names another)",
    )
    root = argparse.ArgumentParser(
        prog="continuum",
        description="Shows and repairs the state of the services.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = root.add_subparsers(dest="verb", required=True, metavar="VERB")
    asked = verbs.add_parser(
        "why", parents=[shared], help="show a request's history, with the reasons of each decision"
    )
    asked.add_argument("tracking_number", help="such as CRI-2026-000042-K")
    stated = verbs.add_parser(
        "status",
        parents=[shared],
        help="show what is wrong, since when, and what to run next; exit 1 if anything is",
    )
    stated.add_argument("--waiting", action="store_true", help="list each waiting request")
    stated.add_argument("--json", action="store_true", help="print JSON, for programs")
    stated.add_argument(
        "--late",
        type=float,
        default=check.LATE_SECONDS,
        metavar="SECONDS",
        help="ignore what has waited less (default: %(default)s)",
    )
    accounted = verbs.add_parser(
        "accounting", parents=[shared], help="compare every fact's effects with those expected"
    )
    accounted.add_argument(
        "--grace",
        type=float,
        default=10,
        metavar="SECONDS",
        help="ignore effects that are younger (default: %(default)s)",
    )
    letters = verbs.add_parser(
        "dead-letters", help="list, replay or discard records that could not be processed"
    )
    _add_dead_letters(letters, shared)
    _add_rebuild(verbs, shared)
    _add_figures(verbs, shared)
    _add_calendar(verbs)
    _add_canary(verbs, shared)
    _add_logs(verbs, shared)
    _add_provision(verbs, shared)
    _add_retention(verbs, shared)
    cleared = verbs.add_parser(
        "resume", parents=[shared], help="resume a service that stopped until a person acts"
    )
    cleared.add_argument("service", help=", ".join(DEPLOYABLES))
    cleared.add_argument("--yes", action="store_true", help="do it; the default is a dry run")
    cleared.add_argument("--why", metavar="TEXT", help="the reason, recorded with your name")
    cleared.add_argument("--as", dest="by", metavar="NAME", help=f"your name {_BY}")
    cleared.add_argument(
        "--wait", type=float, default=20, metavar="SECONDS", help="wait for the service"
    )
    cleared.add_argument(
        "--from-start", action="store_true", help="read a recreated topic from its first record"
    )
    return root


def _add_rebuild(verbs: Any, shared: argparse.ArgumentParser) -> None:
    rebuilt = verbs.add_parser(
        "rebuild",
        parents=[shared],
        help="recompute tables from the log, and compare them with the live ones",
        description=REBUILT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rebuilt.add_argument("service", help=", ".join(DEPLOYABLES))
    rebuilt.add_argument(
        "--effects",
        choices=["silently", "missing", "all"],
        default="silently",
        help="whom to notify: nobody, those not notified yet, all again (default: %(default)s)",
    )
    rebuilt.add_argument("--yes", action="store_true", help="repair what differs")
    rebuilt.add_argument("--why", metavar="TEXT", help="the reason, recorded with the outcome")
    rebuilt.add_argument("--as", dest="by", metavar="NAME", help=f"your name {_BY}")
    rebuilt.add_argument(
        "--afresh", action="store_true", help="start over instead of resuming an earlier run"
    )


def _add_figures(verbs: Any, shared: argparse.ArgumentParser) -> None:
    about = verbs.add_parser("figures", help="compute the figures of a published month again")
    actions = about.add_subparsers(dest="action", required=True, metavar="ACTION")
    again = actions.add_parser(
        "rerun",
        parents=[shared],
        help="fold the log up to the release's positions; exit 1 if the hash differs",
    )
    again.add_argument("month", help="such as 2026-06")


def _add_calendar(verbs: Any) -> None:
    asked = verbs.add_parser(
        "calendar", help="compute the federal holidays of a year, to put into calendar.define"
    )
    asked.add_argument("--year", type=int, required=True, help="such as 2027")


def _add_logs(verbs: Any, shared: argparse.ArgumentParser) -> None:
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in logs.QUESTIONS.items())
    asked = verbs.add_parser("logs", parents=[shared], help="answer a question from the log files")
    asked.add_argument("question", choices=logs.QUESTIONS, help=meanings)
    asked.add_argument("about", nargs="?", help="a request, a record, or a participant")
    asked.add_argument("--hours", type=float, default=1, help="how far back (default: 1)")


def _add_provision(verbs: Any, shared: argparse.ArgumentParser) -> None:
    made = verbs.add_parser(
        "provision",
        parents=[shared],
        help="bring Kafka's topics, users, rights and quotas in line with the registry",
    )
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--plan", action="store_true", help="only show; exit 2 if anything differs")
    what.add_argument("--apply", action="store_true", help="make what is missing or differs")
    what.add_argument("--rotate", metavar="ID", help="apply, with a new password for ID")
    made.add_argument(
        "--prune", action="store_true", help="with --apply: remove unknown users and rights"
    )


def _add_retention(verbs: Any, shared: argparse.ArgumentParser) -> None:
    kept = verbs.add_parser(
        "retention",
        parents=[shared],
        help="show what is kept of people, how long by which setting, and what would go now",
    )
    kept.add_argument(
        "--apply", action="store_true", help="have the services erase now what would go"
    )
    kept.add_argument("--why", metavar="TEXT", help="with --apply: the reason, recorded")
    kept.add_argument("--as", dest="by", metavar="NAME", help=f"your name {_BY}")
    kept.add_argument(
        "--wait", type=float, default=60, metavar="SECONDS", help="wait for the services"
    )


def _add_canary(verbs: Any, shared: argparse.ArgumentParser) -> None:
    tried = verbs.add_parser(
        "canary", parents=[shared], help="submit periodically as a participant; show metrics"
    )
    tried.add_argument("--participant", default="california-agencies", metavar="NAME")
    tried.add_argument(
        "--submission",
        type=Path,
        default=Path("deploy/monitoring/canary.json"),
        metavar="FILE",
        help="the request to submit (default: %(default)s)",
    )
    tried.add_argument("--port", type=int, default=9464, help="of /metrics (default: %(default)s)")
    for name, default in (("--every", 60), ("--within", 30)):
        tried.add_argument(name, type=float, default=default, metavar="SECONDS")


def _add_dead_letters(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", parents=[shared], help="list all, by cause")
    listed.add_argument("service", nargs="?", help="list only this service's")
    shown = actions.add_parser("show", parents=[shared], help="show the details of one")
    shown.add_argument("service")
    shown.add_argument("which", help="topic/partition/offset, or the request or key that waits")
    shown.add_argument("--contents", action="store_true", help="also print its contents")
    shown.add_argument("--why", metavar="TEXT", help="the purpose, recorded with the access")
    shown.add_argument("--as", dest="by", metavar="NAME", help=f"your name {_BY}")
    for action, meaning in (
        ("replay", "process it again, then the records parked behind it, in order"),
        ("discard", "drop it for good, and process the records parked behind it"),
    ):
        ordered = actions.add_parser(action, parents=[shared], help=meaning)
        ordered.add_argument("service", help="the service that failed")
        which = ordered.add_mutually_exclusive_group(required=True)
        which.add_argument("which", nargs="?", help="its name in `list`")
        which.add_argument("--cause", metavar="TEXT", help="all with this cause, as in `list`")
        ordered.add_argument("--yes", action="store_true", help="do it; the default is a dry run")
        ordered.add_argument("--why", metavar="TEXT", help="the reason, recorded with the order")
        ordered.add_argument("--as", dest="by", metavar="NAME", help=f"your name {_BY}")
        ordered.add_argument(
            "--wait", type=float, default=20, metavar="SECONDS", help="wait for the outcome"
        )
        if action == "replay":
            ordered.add_argument(
                "--again", action="store_true", help="even though it failed repeatedly"
            )
