"""The wall clocks of services' and servers' processes, stepped while they run (libfaketime)."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from deploy.stack.failure import StackFailed

KAFKA = "kafka"
"""The clock of all brokers."""
_SHARED_MEMORY = Path("/dev/shm")


class Clocks:
    """
    One adjustable wall clock for each service, used by its processes.

    Timeouts and pauses use the monotonic clock, which is not adjusted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = _library()
        folder.mkdir()
        self.tidy()

    def environment(self, service: str) -> Mapping[str, str]:
        """Return the environment that makes a process use the service's clock."""
        file = self._folder / service
        if not file.exists():
            file.write_text("+0\n")
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Otherwise timed waits of a JVM return at once, and it spins.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def step(self, service: str, seconds: int) -> None:
        """Set the offset of the service's clock; it takes effect within a second."""
        (self._folder / service).write_text(f"{seconds:+d}\n")

    @staticmethod
    def tidy() -> None:
        """Remove shared memory that killed processes left behind."""
        for file in _SHARED_MEMORY.glob("*faketime_*"):
            if not Path("/proc", file.name.rpartition("_")[2]).exists():
                file.unlink(missing_ok=True)


def _library() -> Path:
    # Located without importing it: the import would restart this process.
    spec = find_spec("libfaketime")
    if spec is not None and spec.origin is not None:
        vendor = Path(spec.origin).parent / "vendor" / "libfaketime" / "src"
        for library in vendor.glob("libfaketime.so*"):
            return library
    raise StackFailed(
        "the kind clock needs libfaketime, which `make setup` brings on Linux x86_64"
    )
