"""A command and its children end at SIGINT, even if the shell started it with SIGINT ignored."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.stack import processes

BEGUN_IGNORING = ["/bin/sh", "-c", "trap '' INT QUIT TERM; exec \"$@\"", "sh"]
COMMAND = """
import signal
from shared.process.interrupts import enable_interrupts
try:
    enable_interrupts()
    print("begun", flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("tidied up")
"""
SHOWN = """
import re
from pathlib import Path
print(re.search("SigIgn:\\\\s*(.*)", Path("/proc/self/status").read_text())[1])
"""
ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def test_a_command_started_with_sigint_ignored_can_be_interrupted() -> None:
    command = subprocess.Popen(
        [*BEGUN_IGNORING, sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    with command.stdout as output:
        assert output.readline() == "begun\n"

        command.send_signal(signal.SIGINT)

        assert output.read() == "tidied up\n"
    assert command.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone shows what a process ignores")
def test_no_part_of_the_stack_inherits_ignored_signals(tmp_path: Path) -> None:
    log = tmp_path / "shown"
    before = [signal.signal(each, signal.SIG_IGN) for each in ENDING]
    try:
        shown = processes.start("shown", [sys.executable, "-c", SHOWN], log=log)
    finally:
        for each, handler in zip(ENDING, before, strict=True):
            signal.signal(each, handler)
    processes.finish([shown], within=20)

    ignored = int(log.read_text(), 16)

    assert [each for each in ENDING if ignored & 1 << (each - 1)] == []
