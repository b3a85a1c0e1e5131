"""Repairs a running stack: continues stopped processes and restarts ended ones."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.services import answers
from deploy.stack import processes

if TYPE_CHECKING:
    from deploy.local.stack import Stack

_TRIES = 3


def repair(stack: "Stack", say: Callable[[str], None]) -> None:
    """
    Get every part running again; return when all services are ready.

    Ports do not change, so ``connection.json`` stays valid.
    """
    repair_servers(stack, say)
    for (service, number), replica in list(stack.replicas.items()):
        if replica.child.alive and not any(answers(replica.port, "/alive") for _ in range(_TRIES)):
            say(f"{service} (process {replica.child.pid}) does not answer: killed")
            replica.child.process.kill()
            replica.child.process.wait()
        if not replica.child.alive:
            say(f"{_how(replica.child)}: started again")
            stack.restart_service(service, replica=number)
    for service in stack.services:
        if (service, 0) not in stack.replicas:
            say(f"{service} was not running: started")
            stack.start_service(service, wait=False)
    stack.wait_ready()


def repair_servers(stack: "Stack", say: Callable[[str], None]) -> None:
    """Continue stopped processes, restart servers that have ended, renew certificates."""
    for child in stack.children:
        for pid in [child.pid, *_descendants(child.pid)] if child.alive else ():
            if state_of(pid) == "T":
                os.kill(pid, signal.SIGCONT)
                say(f"{child.name} was stopped by a signal (process {pid}): continued")
    for number, node in enumerate(list(stack.kafka.nodes), 1):
        if not node.alive:
            say(f"{_how(node)}: started again")
            stack.kafka.restart(number)
    if stack.postgres.child is None or not stack.postgres.child.alive:
        say("postgres had ended: started again")
        stack.postgres.begin()
    mail = stack.mail
    if mail is not None and mail.child is not None and not mail.child.alive:
        say(f"{_how(mail.child)}: started again")
        mail.begin()
        mail.wait()
    issuer = stack.issuer
    if issuer is not None and issuer.child is not None and not issuer.child.alive:
        say(f"{_how(issuer.child)}: started again")
        issuer.begin()
    stack.postgres.wait()
    stack.kafka.wait()
    if renewed := stack.renew_certificates():
        say(f"certificates that would have expired soon: {renewed} renewed")


def _how(child: processes.Child) -> str:
    """Describe in one line which process ended and how."""
    return child.ended().partition(". The end of")[0].replace(" ended", " had ended", 1)


def state_of(pid: int) -> str:
    """Return the state letter of a process (`T`: stopped); empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)
