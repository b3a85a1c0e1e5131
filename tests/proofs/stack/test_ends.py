"""However the process that started the stack ends, nothing of the stack is left running."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.local.stack import Stack
from deploy.provision.topics import DEPLOY
from deploy.stack import processes
from deploy.stack.failure import StackFailed
from deploy.stack.lock import Lock

LAUNCHER = """
import signal, sys
from pathlib import Path
from deploy.local.stack import Stack

with Stack(Path(sys.argv[1])) as stack:
    stack.start()
    print(*(child.pid for child in stack.children), flush=True)
    signal.pause()
"""

IN_THE_BACKGROUND = ["/bin/sh", "-c", "trap '' INT QUIT TERM; exec \"$@\"", "sh"]
"""As a shell without job control starts a command before ``&``, and a little worse."""


@pytest.fixture
def state() -> Iterator[Path]:
    with TemporaryDirectory(prefix="continuum-tests-") as folder:
        yield Path(folder)


def launched(state: Path) -> tuple["subprocess.Popen[str]", list[int]]:
    """Start a launcher and return it with the processes it started."""
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(state)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=DEPLOY.parent,
        start_new_session=True,
    )
    assert launcher.stdout is not None
    with launcher.stdout as output:
        return launcher, [int(pid) for pid in output.readline().split()]


def running_in(state: Path) -> list[str]:
    """Return the command lines of all processes that name a state folder or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = os.readlink(process / "cwd")
        except OSError:  # it ended while we looked
            continue
        if str(state) in command or place.startswith(str(state)):
            found.append(command)
    return found


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_the_end_of_the_launcher_is_the_end_of_all_it_started(
    state: Path, sign: signal.Signals
) -> None:
    launcher, started = launched(state)

    launcher.send_signal(sign)
    launcher.wait()

    assert len(started) == 2
    processes.wait_until(
        lambda: not running_in(state), what="the end of all", children=[], within=20
    )


@pytest.mark.parametrize(
    ("shell", "sign"),
    [([], signal.SIGKILL), ([], signal.SIGINT), (IN_THE_BACKGROUND, signal.SIGINT)],
    ids=["SIGKILL", "SIGINT", "SIGINT in the background"],
)
def test_an_up_that_is_cut_off_leaves_nothing_running(
    state: Path, shell: list[str], sign: signal.Signals
) -> None:
    up = subprocess.Popen(
        [*shell, sys.executable, "-m", "deploy.local", "--state", str(state), "up"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=DEPLOY.parent,
    )
    assert up.stdout is not None
    with up.stdout as output:
        assert output.readline().startswith("stack: starting Kafka and Postgres")
        assert output.readline().startswith("stack: migrating")

        up.send_signal(sign)
        up.wait()

    processes.wait_until(
        lambda: not running_in(state), what="the end of all", children=[], within=60
    )
    assert Lock(state).holder() is None


def test_a_first_start_that_was_cut_off_is_begun_anew(state: Path) -> None:
    half_made = [state / "postgres.part", state / "kafka" / "node-1" / "data"]
    for folder in half_made:
        folder.mkdir(parents=True)
        (folder / "PG_VERSION").write_text("18")
        (folder / "meta.properties").write_text("version=1")

    with Stack(state) as stack:
        stack.start()

        assert all(child.alive for child in stack.children)


def test_a_stack_starts_again_at_once_where_one_was_killed(state: Path) -> None:
    launcher, _ = launched(state)

    launcher.kill()
    launcher.wait()
    with Stack(state) as again:
        again.start()

        assert all(child.alive for child in again.children)


def test_a_part_that_does_not_start_is_named_with_its_log_and_nothing_is_left(
    state: Path,
) -> None:
    (state / "postgres").mkdir()
    (state / "postgres" / "PG_VERSION").write_text("9")

    reason = r"postgres ended with status 2(.|\n)*postgresql\.conf"
    with Stack(state) as stack, pytest.raises(StackFailed, match=reason):
        stack.start()

    assert running_in(state) == []


def test_a_second_stack_in_the_same_folder_is_told_who_has_it(state: Path) -> None:
    first, second = Lock(state), Lock(state)

    first.take()

    with pytest.raises(StackFailed, match=str(os.getpid())):
        second.take()
    first.release()
    second.take()
    second.release()
