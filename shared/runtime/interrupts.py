"""SIGINT ends a command also where a shell started it in the background, ignoring SIGINT."""

import signal


def enable_interrupts() -> None:
    """
    Let SIGINT raise KeyboardInterrupt in this process, and end the programs that it starts.

    A shell without job control starts ``command &`` with SIGINT ignored; Python then installs no
    handler, and programs inherit it. A command that has much to tidy up must not be left with
    SIGKILL as the only way to end it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
