"""Reads the mails that a sink has kept."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class KeptMail:
    """A mail, and the name of its file without the suffix."""

    name: str
    message: EmailMessage

    @property
    def recipient(self) -> str:
        """The recipient that the envelope named."""
        return str(self.message["Delivered-To"])

    @property
    def mail_id(self) -> str:
        """The part of its Message-ID before the ``@``."""
        return str(self.message["Message-ID"]).strip("<>").partition("@")[0]

    @cached_property
    def text(self) -> str:
        """Its text part; empty if there is none."""
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        """Its HTML part; empty if there is none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


def list_kept(folder: Path) -> list[str]:
    """Return the names of all mails in *folder*, the oldest first."""
    return sorted(file.stem for file in folder.glob("*.eml"))


def read_kept(folder: Path, name: str) -> KeptMail:
    """Read a mail that `list_kept` has named."""
    content = (folder / f"{name}.eml").read_bytes()
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return KeptMail(name, message)
