"""``python -m deploy.demo``: run the whole product end to end on one machine."""

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.demo import checks
from deploy.demo.background import run_in_thread
from deploy.demo.business_days import BusinessDays
from deploy.demo.demonstration import Demonstration
from deploy.demo.observer import read_announcements
from deploy.demo.operators_view import disagreements
from deploy.demo.participants import Participants
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.public import Public
from deploy.demo.progress import Progress, Stuck
from deploy.demo.releases import check_releases, wait_for_release
from deploy.demo.summary import example_requests, summary
from deploy.demo.verdict import Verdict, verdict
from deploy.local.rebuilding import compare_rows
from deploy.local.services import DESK, WEBDESK
from deploy.local.stack import Stack
from deploy.participants.client import Access
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from services.desk.acts import OFFICE
from services.reporting.months import Month
from shared.contracts.services import DEPLOYABLES, WEB_DESK
from shared.process.interrupts import enable_interrupts

_STATE = Path(".local/demo")
Judge = Callable[[Path], list[str]]


def main(*, judge: Judge | None = None) -> int:
    """
    Play the demonstration; return 0 only if every check passes.

    ``judge`` checks the whole run before the stack stops and returns the faults that it found.
    """
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample (default 1)")
    parser.add_argument(
        "--kill", type=_names, default=(), help="send SIGKILL to these services halfway through"
    )
    parser.add_argument(
        "--state", type=Path, default=_STATE, help="folder for all data of the run"
    )
    parser.add_argument(
        "--replicas", type=_replicas, default={}, help="processes per service, such as routing=2"
    )
    asked = parser.parse_args()
    try:
        return _demo(
            seed=asked.seed,
            kill=asked.kill,
            state=asked.state,
            judge=judge,
            replicas=asked.replicas,
        )
    except (StackFailed, Stuck) as failure:
        print(
            f"\ndemo: failed. {failure}\nThe logs are in {asked.state / 'logs'}.", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("\ndemo: stopped; nothing is left running.", file=sys.stderr)
    return 1


def _replicas(text: str) -> dict[str, int]:
    """Read ``routing=2,intake=2``."""
    wanted = [each.split("=") for each in text.split(",")]
    names = _names(",".join(name for name, _ in wanted))
    return dict(zip(names, (int(count) for _, count in wanted), strict=True))


def _names(text: str) -> tuple[str, ...]:
    """Read ``routing,desk``."""
    names = tuple(text.split(","))
    if unknown := set(names) - set(DEPLOYABLES):
        raise argparse.ArgumentTypeError(f"no service is called {', '.join(sorted(unknown))}")
    return names


def _demo(
    *,
    seed: int,
    kill: Sequence[str],
    state: Path,
    judge: Judge | None,
    replicas: dict[str, int],
) -> int:
    if (holder := Lock(state).holder()) is not None:
        raise StackFailed(f"A demonstration already runs in {state} (process {holder}).")
    shutil.rmtree(state, ignore_errors=True)
    days = BusinessDays()
    progress = Progress(days.label)
    with Stack(state, services=DEPLOYABLES, mail=True, say=progress.say) as stack:
        stack.up(replicas=replicas, clock=lambda: days.start_clock(prepared_in=progress.seconds))
        progress.patience *= days.slowness
        if days.slowness > 1:
            length = f"{days.day_seconds:.1f} s instead of 3"
            progress.say(f"this machine is slow or busy: a day takes {length}")
        progress.say("the stack is ready; sending the first messages")
        file = state / "connection.json"
        connection = json.loads(file.read_text())
        participants = Participants(
            connection,
            desk=_desk_access(stack, connection, OFFICE, DESK),
            web_desk=_desk_access(stack, connection, WEB_DESK, WEBDESK),
            seed=seed,
            days=days,
            progress=progress,
            histories=state / "history",
        )
        desk, web_desk = stack.connection.desk, stack.connection.webdesk
        assert desk is not None
        assert web_desk is not None
        assert stack.mail is not None
        public = Public(web_desk, Mailboxes(stack.mail.folder))
        pages = str(stack.connection.reporting)
        demo = Demonstration(participants, seed=seed, desk=desk, public=public, figures=pages)
        run_in_thread(demo, stack, kill=kill, progress=progress)
        result = verdict(demo)
        dsns = stack.connection.operator.dsns
        wrong = [*result.wrong, *asyncio.run(disagreements(dsns, demo.participants.all_states()))]
        announcements = asyncio.run(read_announcements(Access.of(connection, "california-post")))
        print(summary(demo, result, announcements=announcements))
        checks.keep_page(pages, state)
        wrong += checks.print_histories(example_requests(demo), file)
        wrong += checks.check_queue_order(dsns["routing"])
        wrong += checks.check_clocks(demo)
        wrong += checks.check_ends(demo)
        wrong += checks.check_assessments(demo, pages)
        wrong += checks.check_mails(demo, stack)
        wrong += checks.check_offices(demo, stack)
        wrong += checks.check_people(demo, stack)
        wrong += checks.check_links(demo, stack)
        wrong += checks.check_subscriptions(demo, stack)
        wrong += checks.verify(stack)
        wrong += compare_rows(file, "routing")
        if demo.corrected is not None:
            asyncio.run(_wait_for_next_release(days, demo.corrected, pages))
        wrong += check_releases(pages, file, months=days.months_due(), corrected=demo.corrected)
        wrong += judge(state) if judge is not None else []
    return _close(result, wrong, progress)


async def _wait_for_next_release(days: BusinessDays, month: Month, pages: str) -> None:
    """Wait for the release after that of *month*, which corrects it."""
    await days.figures_due(month.next())
    await wait_for_release(pages, str(month.next()))


def _desk_access(
    stack: Stack, connection: Mapping[str, Any], participant: str, service: str
) -> Access:
    """Return the login of a desk, which is none of the participants' systems."""
    user, password = stack.kafka_login(service)
    own = {
        "username": user,
        "password": password,
        "in": f"cri.in.{participant}.v1",
        "out": f"cri.out.{participant}.v1",
        "group_prefix": f"{service}.",
    }
    return Access.of({**connection, "participants": {participant: own}}, participant)


def _close(result: Verdict, wrong: Sequence[str], progress: Progress) -> int:
    for line in wrong:
        print(f"demo: wrong: {line}", file=sys.stderr)
    print(
        f"demo: {result.submissions} submissions, {result.accepted} accepted,"
        f" {result.refused} refused, {result.states['closed']} closed,"
        f" {result.states['waiting']} waiting, {result.unanswered} unanswered,"
        f" {progress.seconds:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
