"""The sink as a process of the stack, and how notifications reaches a mail server."""

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from deploy.stack import processes

_OWNED_SECONDS = 15
"""After this long, the mails of a killed process count as lost; in operation it takes longer."""


@dataclass(slots=True)
class MailServer:
    """A process that keeps mails in *folder*."""

    folder: Path
    log: Path
    smtp_port: int
    http_port: int
    certificate: Path
    ca: Path
    child: processes.Child | None = field(default=None, init=False)

    @property
    def page(self) -> str:
        """The address of the page that shows the mails."""
        return f"http://127.0.0.1:{self.http_port}"

    def begin(self) -> None:
        """Start the process without waiting."""
        command: list[str | Path] = [sys.executable, "-m", "deploy.local.mail", self.folder]
        command += [f"--smtp-port={self.smtp_port}", f"--http-port={self.http_port}"]
        command += [f"--certificate={self.certificate}"]
        self.child = processes.start("mail", command, log=self.log)

    def wait(self) -> None:
        """Wait until it takes mails and shows them."""
        assert self.child is not None
        processes.wait_until(
            lambda: processes.accepts(self.smtp_port) and processes.accepts(self.http_port),
            what="the mail server",
            children=[self.child],
            within=60,
        )

    def stop(self) -> None:
        """Stop the process."""
        if self.child is not None:
            processes.stop([self.child], sign=signal.SIGTERM, within=10)
            self.child = None


def mail_settings(
    *, port: int, ca: Path, public_url: str, desk_url: str | None = None
) -> dict[str, str]:
    """Return the settings with which notifications sends mails to a server on loopback."""
    desk = {} if desk_url is None else {"CONTINUUM_DESK_URL": desk_url}
    return {
        **desk,
        "CONTINUUM_SMTP_HOST": "127.0.0.1",
        "CONTINUUM_SMTP_PORT": str(port),
        "CONTINUUM_SMTP_CA_FILE": str(ca),
        "CONTINUUM_MAIL_FROM": "office@program.example",
        "CONTINUUM_MAIL_REPLY_TO": "desk@program.example",
        "CONTINUUM_MAIL_OWNED_SECONDS": str(_OWNED_SECONDS),
        "CONTINUUM_PUBLIC_URL": public_url,
    }
