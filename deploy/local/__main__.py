"""The embedded stack's command line: up, down, status, logs, reset."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from deploy.local import keeper
from deploy.local.connection import Connection
from deploy.local.services import ask
from deploy.provision.topics import DEPLOY
from deploy.stack import processes
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from shared.contracts.services import DEPLOYABLES
from shared.process.interrupts import enable_interrupts
from shared.process.printable import printable


def up(arguments: argparse.Namespace) -> None:
    """Start the stack, or repair a running one; return when everything is ready."""
    state: Path = arguments.state
    if Lock(state).holder() is None:
        keeper.launch(state, brokers=arguments.brokers, first_port=arguments.port)
    elif not keeper.repair(state):
        print("stack: already running")
    status(arguments)
    print(f"stack: credentials and topics are in {state / 'connection.json'}")


def down(arguments: argparse.Namespace) -> None:
    """Stop everything."""
    was_running = keeper.stop(arguments.state)
    print("stack: stopped" if was_running else "stack: nothing was running")


def status(arguments: argparse.Namespace) -> None:
    """Print each part with its state and address; fail if any part is not ready."""
    state: Path = arguments.state
    file = state / "connection.json"
    holder = Lock(state).holder()
    if holder is None or not file.exists():
        raise StackFailed("not running" if holder is None else "starting or stopping")
    connection = Connection.read(file)
    database = connection.services["intake"].dsn.rpartition("@")[2].partition("/")[0]
    servers = [("kafka", server) for server in connection.bootstrap_servers]
    rows = [
        (name, _listens(server), server) for name, server in [*servers, ("postgres", database)]
    ]
    for name, page in (
        ("mail", connection.mail),
        ("office pages", connection.desk),
        ("ask for help", connection.webdesk),
    ):
        if page is not None:
            rows.append((name, _listens(page), page))
    for name, probes in connection.probes.items():
        rows += [(name, ask(_port(probe), "/ready"), probe) for probe in probes]
        rows += [] if probes else [(name, (False, "does not run"), "")]
    for name, (is_good, says), where in rows:
        first, *more = says.splitlines() or ["says nothing"]
        print(f"{name:14}{'ready' if is_good else 'NOT READY':11}{where}")
        for line in [] if is_good else [first, *more]:
            print(f"{'':14}{printable(line)}")
    print(f"{'logs':14}{'':11}{connection.log_folder}")
    wrong = sorted({name for name, (is_good, _), _ in rows if not is_good})
    if wrong:
        raise StackFailed(
            f"not ready: {', '.join(wrong)}. `make up` repairs it; see `continuum status`"
        )


def _listens(server: str) -> tuple[bool, str]:
    return processes.accepts(_port(server)), "nothing listens there"


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def logs(arguments: argparse.Namespace) -> None:
    """Follow the logs of all services, or of one part of the stack."""
    folder = arguments.state / "logs"
    names = [arguments.part] if arguments.part else list(DEPLOYABLES)
    files = [str(file) for name in names for file in sorted(folder.glob(f"{name}*"))]
    if not files:
        raise StackFailed(f"there is no log of {', '.join(names)} in {folder}")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])


def reset(arguments: argparse.Namespace) -> None:
    """Stop everything and delete its data."""
    state: Path = arguments.state
    for other in state.glob("*/lock"):
        if (holder := Lock(other.parent).holder()) is not None:
            raise StackFailed(
                f"process {holder} still runs a stack in {other.parent}: stop it first"
            )
    keeper.stop(state)
    if (state / "lock").exists():  # otherwise it is not a state folder
        shutil.rmtree(state)
    print(f"stack: {state} is deleted")


def main() -> None:
    """Run the command; report a failure without a traceback."""
    enable_interrupts()
    parser = argparse.ArgumentParser(prog="deploy.local", description=__doc__)
    parser.add_argument("--state", type=Path, default=DEPLOY.parent / ".local")
    commands = parser.add_subparsers(required=True)
    for command in (up, down, status, logs, reset):
        added = commands.add_parser(command.__name__, help=command.__doc__)
        added.set_defaults(command=command)
        if command is up:
            added.add_argument("--brokers", type=int, default=1)
            added.add_argument("--port", type=int, help="count ports up from here")
        if command is logs:
            added.add_argument("part", nargs="?", help="a service, kafka, mail, postgres, keeper")
    arguments = parser.parse_args()
    arguments.state = arguments.state.resolve()
    try:
        arguments.command(arguments)
    except StackFailed as failure:
        if str(failure):
            print(f"stack: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
