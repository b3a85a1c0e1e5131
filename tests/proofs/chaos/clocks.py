"""The wall clocks of services' and servers' processes, stepped while they run (libfaketime)."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from deploy.stack.failure import StackFailed

KAFKA = "kafka"
"""The clock that all brokers go by."""
_SHARED_MEMORY = Path("/dev/shm")


class Clocks:
    """
    One clock for each service, which its processes are started with.

    Only the wall clock: timeouts and pauses go by another one, which nobody can step.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = _library()
        folder.mkdir()
        self.tidy()

    def environment(self, service: str) -> Mapping[str, str]:
        """Return what makes a process go by the service's clock."""
        file = self._folder / service
        if not file.exists():
            file.write_text("+0\n")
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else timed waits of a Java machine end at once, and it does nothing but wait.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def step(self, service: str, seconds: int) -> None:
        """Let the service's clock be so far ahead (or behind) within a second."""
        (self._folder / service).write_text(f"{seconds:+d}\n")

    @staticmethod
    def tidy() -> None:
        """Remove what the library leaves behind of processes that were killed."""
        for file in _SHARED_MEMORY.glob("*faketime_*"):
            if not Path("/proc", file.name.rpartition("_")[2]).exists():
                file.unlink(missing_ok=True)


def _library() -> Path:
    # Found, not imported: the package would start this process anew.
    spec = find_spec("libfaketime")
    if spec is not None and spec.origin is not None:
        vendor = Path(spec.origin).parent / "vendor" / "libfaketime" / "src"
        for library in vendor.glob("libfaketime.so*"):
            return library
    raise StackFailed(
        "the kind clock needs libfaketime, which `make setup` brings on Linux x86_64"
    )
