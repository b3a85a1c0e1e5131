"""Stacks that start at the same time get different ports."""

import subprocess
import sys

from deploy.stack.processes import Ports

_TAKE_AND_WAIT = """
import sys
from deploy.stack.processes import Ports
print(Ports().take(), flush=True)
sys.stdin.read()
"""


def test_a_port_that_another_process_was_given_is_free_when_that_has_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _TAKE_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())  # no server listens there

        assert Ports(port).take() != port
    assert Ports(port).take() == port


def test_no_port_is_given_twice() -> None:
    port = Ports().take()

    assert Ports(port).take() != port
