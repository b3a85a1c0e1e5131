"""
The process that holds a stack started by `make up`, until `make down`.

It is on the leash of `make up` until everything is ready; then it lets go and stays.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import mending
from deploy.local.stack import Stack
from deploy.stack import leash
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock

READY = "ready"
_OUTCOME = "mended.json"
_MEND_SECONDS = 240


def launch(state: Path, *, brokers: int, first_port: int | None) -> None:
    """Start a keeper, tell of its progress, return when the stack is ready; or nothing is left."""
    command = [
        sys.executable,
        "-I",
        "-S",
        leash.__file__,
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
    """End the keeper of a stack, if there is one, and wait until everything has stopped."""
    lock = Lock(state)
    keeper = lock.holder()
    if keeper is None:
        return False
    os.kill(keeper, signal.SIGTERM)
    deadline = time.monotonic() + 90
    while lock.holder() is not None:
        if time.monotonic() > deadline:
            raise StackFailed(f"process {keeper} does not stop; `kill -9 {keeper}` ends it all")
        time.sleep(0.05)
    return True


def mend(state: Path) -> list[str]:
    """Have the keeper mend its stack; return what it did. Raise `StackFailed` when it cannot."""
    keeper, outcome = Lock(state).holder(), state / _OUTCOME
    if keeper is None or not (state / "connection.json").exists():
        raise StackFailed("it is starting or stopping; try again when it has")
    outcome.unlink(missing_ok=True)
    os.kill(keeper, signal.SIGUSR1)
    deadline = time.monotonic() + _MEND_SECONDS
    while not outcome.exists():
        if Lock(state).holder() != keeper or time.monotonic() > deadline:
            raise StackFailed(f"its keeper (process {keeper}) does not mend it: see keeper.log")
        time.sleep(0.1)
    told = json.loads(outcome.read_text())
    for line in told["did"]:
        print(f"stack: {line}", flush=True)
    if told["failed"]:
        raise StackFailed(told["failed"])
    return list(told["did"])


class _Told:
    """
    Ends this process when it is told to, and remembers that it was; or that it is to mend.

    An exception raised in the middle of a library's callback may be swallowed there.
    """

    def __init__(self) -> None:
        self._to_end = False
        self.to_mend = False

    def mend(self, *_: object) -> None:
        self.to_mend = True

    def __call__(self, *_: object) -> None:
        self._to_end = True
        sys.exit(0)

    def obey(self) -> None:
        """End, if told to and still here."""
        if self._to_end:
            sys.exit(0)


def _keep(state: Path, brokers: int, first_port: int | None) -> None:
    told = _Told()
    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGUSR1, told.mend)
    stack = Stack(
        state,
        brokers=brokers,
        first_port=first_port,
        say=lambda text: print(f"stack: {text}", flush=True),
    )
    file = state / "connection.json"
    try:
        stack.up()
        leash.release()
        told.obey()
        print(READY, flush=True)
        # Whoever started it is about to go, and its terminal with it.
        log = os.open(stack.logs / "keeper.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        _watch(stack, told)
    finally:
        file.unlink(missing_ok=True)
        stack.stop()


def _watch(stack: Stack, told: _Told) -> None:
    """Write down when a part ends by itself; it is started again by the next `make up`."""
    ended: set[int] = set()
    while True:
        told.obey()
        for child in stack.children:
            if not child.alive and child.pid not in ended:
                ended.add(child.pid)
                print(time.strftime("%Y-%m-%dT%H:%M:%S"), child.ended(), flush=True)
        if told.to_mend:
            told.to_mend = False
            _mend(stack)
        time.sleep(0.5)


def _mend(stack: Stack) -> None:
    did: list[str] = []
    failed = ""
    try:
        mending.mend(stack, did.append)
        stack.connection.write(stack.state / "connection.json")
    except StackFailed as failure:
        failed = str(failure)
    part = stack.state / f"{_OUTCOME}.part"
    part.write_text(json.dumps({"did": did, "failed": failed}))
    part.rename(stack.state / _OUTCOME)


def main() -> None:
    """Keep the stack that the arguments describe."""
    state, brokers, first_port = sys.argv[1:]
    try:
        _keep(Path(state), int(brokers), int(first_port) if first_port else None)
    except StackFailed as failure:
        with contextlib.suppress(BrokenPipeError):
            print(f"stack: {failure}", flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
