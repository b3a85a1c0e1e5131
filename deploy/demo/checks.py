"""The checks at the end of the demonstration; each prints what it found, and returns faults."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

from deploy.demo import clocks, ends_told
from deploy.demo.assessments import counted
from deploy.demo.clocks import ledger, untold
from deploy.demo.demonstration import Demonstration
from deploy.demo.mails import Mails, read_mails
from deploy.demo.office.case_files import leaked
from deploy.demo.office.counted import count
from deploy.demo.people.counted import count as count_people
from deploy.demo.people.links import count as count_links
from deploy.demo.people.subscriptions import count as count_subscriptions
from deploy.demo.waiting_order import overtakings, read_releases
from deploy.local.services import DESK, WEBDESK
from deploy.local.stack import Stack
from deploy.participants.sample import TIMES_LATE
from shared.contracts.services import WEB_DESK


def print_histories(chosen: Sequence[tuple[str, str]], connection: Path) -> list[str]:
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


def keep_page(public: str, state: Path) -> None:
    """Keep the page of the last month's figures, to look at it afterwards."""
    with urlopen(f"{public}/releases", timeout=10) as answer:
        (state / "page.html").write_bytes(answer.read())


def check_queue_order(routing: str) -> list[str]:
    """Check that requests waiting for a program to open were offered in queue order."""
    released = asyncio.run(read_releases(routing))
    wrong = overtakings(released)
    lanes = len({each.lane for each in released})
    print(
        f"\norder: {len(released)} requests in {lanes} lanes waited for a program to open;"
        f" {len(wrong) or 'none'} of them got an offer before a request with a lower queue number"
    )
    return wrong


def check_clocks(demo: Demonstration) -> list[str]:
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


def check_ends(demo: Demonstration) -> list[str]:
    """Check that work goes on after providers and programs ended, and who was told."""
    happened, received = demo.ends.happened, demo.participants.received()
    print(f"ends: {ends_told.summary(happened, received)}")
    return ends_told.faults(happened, received)


def check_assessments(demo: Demonstration, public: str) -> list[str]:
    """Check that the public can read what was published about assessments, and nothing else."""
    found = counted.read(public)
    print(f"assessments: {found.summary()}")
    return counted.faults(found, demo.assessments)


def check_mails(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that each mail has exactly one outcome, and was delivered at most once."""
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


def check_offices(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that the office's list showed all open work, and that its acts were answered."""
    user, password = stack.kafka_login(DESK)
    days = demo.participants.days
    summary, wrong = asyncio.run(
        count(demo.staff, days, stack.kafka.servers, user=user, password=password)
    )
    print(f"offices: {summary}")
    return wrong + leaked([each.words for each in demo.staff.callers], stack.logs)


def check_people(demo: Demonstration, stack: Stack) -> list[str]:
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


def check_subscriptions(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that nothing but people's clicks changed their subscriptions."""
    user, password = stack.kafka_login("notifications")
    found = asyncio.run(
        count_subscriptions(
            demo.public.subscribers, stack.kafka.servers, user=user, password=password
        )
    )
    print(f"subscriptions: {found.summary()}")
    return found.faults()


def check_links(demo: Demonstration, stack: Stack) -> list[str]:
    """Check that links alone changed nothing, and that codes did what they were sent for."""
    user, password = stack.kafka_login(WEBDESK)
    public = demo.public
    found = asyncio.run(
        count_links(
            public.holders, public.mailboxes, stack.kafka.servers, user=user, password=password
        )
    )
    print(f"links: {found.summary()}")
    return found.faults()


def verify(stack: Stack) -> list[str]:
    """Recompute every recorded decision from its record."""
    code, output = stack.ask("routing", "verify")
    line = next((line for line in output.splitlines() if line.startswith("verify:")), "")
    print(f"\n{line or output.strip()}")
    return [] if code == 0 and line else [f"routing verify ended with status {code}"]
