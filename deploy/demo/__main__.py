"""``python -m deploy.demo``: run the whole product end to end on one machine."""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from deploy.demo import clocks, ends_told
from deploy.demo.background import run_in_thread
from deploy.demo.business_days import BusinessDays
from deploy.demo.clocks import ledger, untold
from deploy.demo.demonstration import Demonstration
from deploy.demo.mails import Mails, read_mails
from deploy.demo.observer import read_announcements
from deploy.demo.office.case_files import leaked
from deploy.demo.office.counted import count
from deploy.demo.operators_view import disagreements
from deploy.demo.participants import Participants
from deploy.demo.people.counted import count as count_people
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.public import Public
from deploy.demo.people.subscriptions import count as count_subscriptions
from deploy.demo.progress import Progress, Stuck
from deploy.demo.releases import check_releases
from deploy.demo.summary import example_requests, summary
from deploy.demo.verdict import Verdict, verdict
from deploy.demo.waiting_order import overtakings, read_releases
from deploy.local.rebuilding import compare_rows
from deploy.local.services import DESK, WEBDESK
from deploy.local.stack import Stack
from deploy.participants.client import Access
from deploy.participants.sample import TIMES_LATE
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from services.desk.acts import OFFICE
from shared.contracts.services import DEPLOYABLES, WEB_DESK
from shared.process.interrupts import enable_interrupts

_STATE = Path(".local/demo")
Judge = Callable[[Path], list[str]]


def main(*, judge: Judge | None = None) -> int:
    """
    Demonstration the demonstration; return 0 only if every check passes.

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
        stack.up(replicas=replicas, clock=days.start_clock)
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
        demo = Demonstration(participants, seed=seed, desk=desk, public=public)
        run_in_thread(demo, stack, kill=kill, progress=progress)
        result = verdict(demo)
        dsns = stack.connection.operator.dsns
        wrong = [*result.wrong, *asyncio.run(disagreements(dsns, demo.participants.all_states()))]
        announcements = asyncio.run(read_announcements(Access.of(connection, "california-post")))
        print(summary(demo, result, announcements=announcements))
        _keep_page(str(stack.connection.reporting), state)
        wrong += _print_histories(example_requests(demo), file)
        wrong += _check_queue_order(dsns["routing"])
        wrong += _check_clocks(demo)
        wrong += _check_ends(demo)
        wrong += _check_mails(demo, stack)
        wrong += _check_offices(demo, stack)
        wrong += _check_people(demo, stack)
        wrong += _check_subscriptions(demo, stack)
        wrong += _verify(stack)
        wrong += compare_rows(file, "routing")
        wrong += check_releases(str(stack.connection.reporting), file, months=days.months_due())
        wrong += judge(state) if judge is not None else []
    return _close(result, wrong, progress)


def _print_histories(chosen: Sequence[tuple[str, str]], connection: Path) -> list[str]:
    """Print `continuum why` for each chosen request; return the failures."""
    wrong = []
    for title, number in chosen:
        print(f"\n{number}: {title}")
        command = [
            sys.executable,
            "-m",
            "continuum",
            "why",
            number,
            "--connection",
            str(connection),
        ]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        print("\n".join(f"  {line}" for line in shown.stdout.splitlines()))
        if shown.returncode != 0:
            wrong.append(f"continuum why {number}: {shown.stderr.strip()}")
    return wrong


def _keep_page(public: str, state: Path) -> None:
    """Keep the public page, to look at it afterwards."""
    with urlopen(public, timeout=10) as answer:
        (state / "page.html").write_bytes(answer.read())


def _check_queue_order(routing: str) -> list[str]:
    """Check that requests waiting for a program to open were offered in queue order."""
    released = asyncio.run(read_releases(routing))
    wrong = overtakings(released)
    lanes = len({each.lane for each in released})
    print(
        f"\norder: {len(released)} requests in {lanes} lanes waited for a program to open;"
        f" {len(wrong) or 'none'} of them got an offer before a request with a lower queue number"
    )
    return wrong


def _check_clocks(demo: Demonstration) -> list[str]:
    """Check that all clocks add up, and that everyone was told of those that were late."""
    participants = demo.participants
    found = ledger(participants.received())
    wrong = clocks.faults(found, participants.statuses())
    adds_up = "does not add up" if wrong else "adds up"
    print(f"clocks: {found.summary()}; the ledger of every request {adds_up}")
    late = [
        participants.number(planned) or planned.reference
        for planned in participants.planned_requests
        if planned.left_until_late
    ]
    return wrong + untold(found, late=late, times=TIMES_LATE, moved=demo.moved)


def _check_ends(demo: Demonstration) -> list[str]:
    """Check that work goes on after providers and programs ended, and who was told."""
    happened, received = demo.ends.happened, demo.participants.received()
    print(f"ends: {ends_told.summary(happened, received)}")
    return ends_told.faults(happened, received)


def _check_mails(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that each mail that was decided came to one end, and at most once to its box."""
    assert stack.mail is not None
    user, password = stack.kafka_login("notifications")
    callers = {each.tracking_number for each in demo.staff.callers if each.has_address}
    found = asyncio.run(
        read_mails(
            Mails([*demo.addressed, WEB_DESK], callers),
            stack.kafka.servers,
            stack.mail.folder,
            user=user,
            password=password,
        )
    )
    print(f"mail: {found.summary()}")
    return found.faults()


def _check_offices(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that what waited for the office was on its list, and what its people did answered."""
    user, password = stack.kafka_login(DESK)
    days = demo.participants.days
    summary, wrong = asyncio.run(
        count(demo.staff, days, stack.kafka.servers, user=user, password=password)
    )
    print(f"offices: {summary}")
    return wrong + leaked([each.words for each in demo.staff.callers], stack.logs)


def _check_people(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that everybody who asked on a page was answered there, and in a mail."""
    assert stack.mail is not None
    user, password = stack.kafka_login(WEBDESK)
    found = asyncio.run(
        count_people(
            demo.public.visitors,
            stack.kafka.servers,
            stack.mail.folder,
            user=user,
            password=password,
        )
    )
    print(f"people: {found.summary(demo.staff)}")
    return found.faults()


def _check_subscriptions(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that nothing but people's clicks changed their subscriptions."""
    user, password = stack.kafka_login("notifications")
    found = asyncio.run(
        count_subscriptions(
            demo.public.subscribers, stack.kafka.servers, user=user, password=password
        )
    )
    print(f"subscriptions: {found.summary()}")
    return found.faults()


def _desk_access(
    stack: Stack, connection: Mapping[str, Any], participant: str, service: str
) -> Access:
    """Return the login of a desk, which no participant's system has."""
    user, password = stack.kafka_login(service)
    own = {
        "username": user,
        "password": password,
        "in": f"cri.in.{participant}.v1",
        "out": f"cri.out.{participant}.v1",
        "group_prefix": f"{service}.",
    }
    return Access.of({**connection, "participants": {participant: own}}, participant)


def _verify(stack: Stack) -> list[str]:
    """Recompute every recorded decision from its record."""
    code, output = stack.ask("routing", "verify")
    line = next((line for line in output.splitlines() if line.startswith("verify:")), "")
    print(f"\n{line or output.strip()}")
    return [] if code == 0 and line else [f"routing verify ended with status {code}"]


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
