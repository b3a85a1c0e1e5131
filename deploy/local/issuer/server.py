"""The stand-in issuer as a process of the stack, and how the desk reaches it."""

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.pages import form_settings
from deploy.stack import processes

CLIENT = "desk"


@dataclass(slots=True)
class IssuerServer:
    """A process at which people choose who they are."""

    log: Path
    port: int
    child: processes.Child | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """The issuer, as its tokens name it."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start the process without waiting: nobody needs it before the first sign-in."""
        command = [sys.executable, "-m", "deploy.local.issuer", f"--port={self.port}"]
        self.child = processes.start("issuer", command, log=self.log)

    def stop(self) -> None:
        """Stop the process."""
        if self.child is not None:
            processes.stop([self.child], sign=signal.SIGTERM, within=10)
            self.child = None


def desk_settings(*, issuer: str, public_port: int) -> dict[str, str]:
    """Return the settings of the office's pages on this machine."""
    return {
        **form_settings(public_port=public_port),
        "ISSUER": issuer,
        "CLIENT_ID": CLIENT,
        "STAND_IN_ISSUER": "true",
        "FIRST_ADMINISTRATOR": "stand-in-administrator",
    }
