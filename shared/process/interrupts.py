"""Restores SIGINT for commands that a shell starts in the background."""

import signal


def enable_interrupts() -> None:
    """
    Make SIGINT raise KeyboardInterrupt in this process and end the programs it starts.

    A shell without job control starts ``command &`` with SIGINT ignored. Python then installs no
    handler and child processes inherit the setting, so that only SIGKILL would end a command,
    without its cleanup.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
