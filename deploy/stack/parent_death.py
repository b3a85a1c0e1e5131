"""
Runs a program that the kernel ends when its parent process ends, for any reason.

``python -I -S parent_death.py <parent pid> <signal> <user id or -> <program> <arguments…>``
Linux only (PR_SET_PDEATHSIG); on other systems children stop only if the parent stops them.
"""

import ctypes  # before the change of user, which may lose access to the library
import os
import sys
from signal import SIG_DFL, SIGINT, SIGQUIT, SIGTERM
from signal import signal as handle

_PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, user: str, program: list[str]) -> None:
    """Execute ``program`` as ``user``; it receives ``signal`` when ``parent`` ends."""
    for each in (SIGINT, SIGQUIT, SIGTERM):
        handle(each, SIG_DFL)  # the shell may have set some of these to be ignored
    if user != "-":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    _set(signal)  # after the change of user, which would clear it
    if os.getppid() != parent:  # the parent ended before the line above
        sys.exit(1)
    os.execv(program[0], program)


def ignore() -> None:
    """Let this process outlive its parent."""
    _set(0)


def _set(signal: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
