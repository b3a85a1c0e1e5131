"""
Starts a program that dies with the process that started it, whatever that process dies of.

``python -I -S leash.py <parent pid> <signal> <user id or -> <program> <arguments…>``
Linux tells a child of its parent's end; elsewhere only an orderly end stops the children.
"""

import ctypes  # before any change of user, which may put the library out of reach
import os
import sys
from signal import SIG_DFL, SIGINT, SIGQUIT, SIGTERM
from signal import signal as handle

_PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, user: str, program: list[str]) -> None:
    """Become ``program``, as ``user``, to be sent ``signal`` when ``parent`` ends."""
    for ends in (SIGINT, SIGQUIT, SIGTERM):
        handle(ends, SIG_DFL)  # a shell may have started all of us ignoring some of them
    if user != "-":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    _ask_for(signal)  # after the change of user, which would clear it
    if os.getppid() != parent:  # it ended before the line above
        sys.exit(1)
    os.execv(program[0], program)


def release() -> None:
    """Let this process outlive its parent."""
    _ask_for(0)


def _ask_for(signal: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
