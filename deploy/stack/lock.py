"""One stack at a time per state folder; the lock ends with the process that holds it."""

import fcntl
import os
from pathlib import Path

from deploy.stack.failure import StackFailed


class Lock:
    """The lock of a state folder. Its file names the process that holds it."""

    def __init__(self, state: Path) -> None:
        self._file = state / "lock"
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock; raise `StackFailed` with the holder if it is taken."""
        # The folder holds passwords: other users may traverse it (Postgres must) but not list it.
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            holder = self._file.read_text()
            raise StackFailed(
                f"a stack already runs in {self._file.parent} (process {holder}).\n"
                "Stop it with `make down`, or name another folder with STATE=…"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """Return the process that holds the lock, if one does."""
        if not self._file.exists():
            return None
        with self._file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
        return None
