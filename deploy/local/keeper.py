"""
The background process that owns a stack from `make up` to `make down`.

Until the stack is ready it ends with `make up`; then it detaches and keeps running.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local.repair import repair as repair_stack
from deploy.local.stack import Stack
from deploy.stack import parent_death
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock
from shared.contracts.services import DEPLOYABLES

READY = "ready"
_OUTCOME = "mended.json"
_REPAIR_SECONDS = 240


def launch(state: Path, *, brokers: int, first_port: int | None) -> None:
    """Start a keeper and print its progress; return when its stack is ready, else raise."""
    command = [
        sys.executable,
        "-I",
        "-S",
        parent_death.__file__,
        str(os.getpid()),
        str(int(signal.SIGTERM)),
    ]
    module = [sys.executable, "-m", "deploy.local.keeper"]
    keeper = subprocess.Popen(
        [*command, "-", *module, str(state), str(brokers), str(first_port or "")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert keeper.stdout is not None
    try:
        for line in keeper.stdout:
            if line.strip() == READY:
                return
            print(line, end="", flush=True)
    except KeyboardInterrupt:
        print("stack: stopping")
        keeper.terminate()
        keeper.wait()
        raise
    raise StackFailed("" if keeper.wait() == 1 else "the keeper of the stack was killed")


def stop(state: Path) -> bool:
    """Stop the keeper of a stack, if there is one, and wait until everything has stopped."""
    lock = Lock(state)
    keeper = lock.holder()
    if keeper is None:
        return False
    os.kill(keeper, signal.SIGTERM)
    deadline = time.monotonic() + 90
    while lock.holder() is not None:
        if time.monotonic() > deadline:
            raise StackFailed(f"process {keeper} does not stop; `kill -9 {keeper}` ends the stack")
        time.sleep(0.05)
    return True


def repair(state: Path) -> list[str]:
    """Have the keeper repair its stack; return its actions. Raise `StackFailed` if it cannot."""
    keeper, outcome = Lock(state).holder(), state / _OUTCOME
    if keeper is None or not (state / "connection.json").exists():
        raise StackFailed("the stack is starting or stopping; try again afterwards")
    outcome.unlink(missing_ok=True)
    os.kill(keeper, signal.SIGUSR1)
    deadline = time.monotonic() + _REPAIR_SECONDS
    while not outcome.exists():
        if Lock(state).holder() != keeper or time.monotonic() > deadline:
            raise StackFailed(f"its keeper (process {keeper}) does not repair it: see keeper.log")
        time.sleep(0.1)
    result = json.loads(outcome.read_text())
    for line in result["did"]:
        print(f"stack: {line}", flush=True)
    if result["failed"]:
        raise StackFailed(result["failed"])
    return list(result["did"])


class _Signals:
    """
    Handles SIGTERM (end) and SIGUSR1 (repair), and remembers both.

    It remembers SIGTERM because a library's callback may swallow the `SystemExit`.
    """

    def __init__(self) -> None:
        self._must_end = False
        self.must_repair = False

    def request_repair(self, *_: object) -> None:
        self.must_repair = True

    def request_end(self, *_: object) -> None:
        self._must_end = True
        sys.exit(0)

    def end_if_requested(self) -> None:
        """End the process if SIGTERM has arrived."""
        if self._must_end:
            sys.exit(0)


def _keep(state: Path, brokers: int, first_port: int | None) -> None:
    signals = _Signals()
    signal.signal(signal.SIGTERM, signals.request_end)
    signal.signal(signal.SIGUSR1, signals.request_repair)
    stack = Stack(
        state,
        brokers=brokers,
        first_port=first_port,
        mail=True,
        services=DEPLOYABLES,
        say=lambda text: print(f"stack: {text}", flush=True),
    )
    file = state / "connection.json"
    try:
        stack.up()
        parent_death.ignore()
        signals.end_if_requested()
        print(READY, flush=True)
        # `make up` is about to end, and its terminal may close: from here on, write to a log.
        log = os.open(stack.logs / "keeper.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        _watch(stack, signals)
    finally:
        file.unlink(missing_ok=True)
        stack.stop()


def _watch(stack: Stack, signals: _Signals) -> None:
    """Log each part that ends by itself; the next `make up` starts it again."""
    ended: set[int] = set()
    while True:
        signals.end_if_requested()
        for child in stack.children:
            if not child.alive and child.pid not in ended:
                ended.add(child.pid)
                print(time.strftime("%Y-%m-%dT%H:%M:%S"), child.ended(), flush=True)
        if signals.must_repair:
            signals.must_repair = False
            _repair(stack)
        time.sleep(0.5)


def _repair(stack: Stack) -> None:
    actions: list[str] = []
    failed = ""
    try:
        repair_stack(stack, actions.append)
        stack.connection.write(stack.state / "connection.json")
    except StackFailed as failure:
        failed = str(failure)
    part = stack.state / f"{_OUTCOME}.part"
    part.write_text(json.dumps({"did": actions, "failed": failed}))
    part.rename(stack.state / _OUTCOME)


def main() -> None:
    """Run the stack that the arguments describe."""
    state, brokers, first_port = sys.argv[1:]
    try:
        _keep(Path(state), int(brokers), int(first_port) if first_port else None)
    except StackFailed as failure:
        with contextlib.suppress(BrokenPipeError):
            print(f"stack: {failure}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
