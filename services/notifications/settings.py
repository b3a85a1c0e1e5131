"""Settings of notifications beyond those of every service."""

import ssl
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import certifi
from pydantic import Field, SecretStr, model_validator

from services.notifications.mail.address import AddressError, ascii_form
from services.notifications.mail.compose import Letterhead
from services.notifications.mail.life import OWNED_SECONDS
from services.notifications.mail.transport import Server
from shared.contracts.links import Links, read_key
from shared.process.settings import LOOPBACK, ServiceSettings


class Settings(ServiceSettings):
    heartbeat_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """Interval of the heartbeats to each participant."""
    smtp_host: str | None = None
    """The mail server that takes over all mails; None: there is no mail."""
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    smtp_tls: Literal["require", "opportunistic"] = "require"
    """Whether nothing is sent without TLS; ``opportunistic`` is for a server on loopback."""
    smtp_ca_file: str | None = None
    """The CA of the mail server's certificate; None: the public ones, from ``certifi``."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str | None = None
    """The address that writes all mails; its domain is in their Message-ID."""
    mail_from_name: str = "Collaborative Reform Initiative"
    mail_reply_to: str | None = None
    """The program office's box, where people read replies."""
    mail_owned_seconds: Annotated[float, Field(ge=10, le=3600)] = OWNED_SECONDS
    """If its process is silent for this long, the outcome of a mail being sent is unknown."""
    public_url: str | None = None
    """The address of the public page, for links in mails."""
    code_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """The key shared with the public desk, from which both derive codes; None: no code is sent."""
    desk_url: str | None = None
    """The address of the public desk, for links in mails; None: none to subscribers."""
    link_key: SecretStr | None = None
    """The key, in hexadecimal, that derives the tokens of these links; the desk has it, too."""
    backups_kept_days: Annotated[int, Field(ge=0, le=3660)] = 30
    """How long backups of the databases are kept: the answer to ``person.forget`` says it."""
    contacts_kept_days: Annotated[int, Field(ge=30, le=36_600)] = 1095
    """How long a contact is kept after the requests that name it have ended."""
    callers_kept_days: Annotated[int, Field(ge=30, le=36_600)] = 30
    """How long a caller's contact is kept if no request names it."""
    needs_kept_days: Annotated[int, Field(ge=30, le=36_600)] = 1095
    """How long the need of a request, and notes about it, are kept after it has ended."""
    unconfirmed_kept_days: Annotated[int, Field(ge=1, le=7)] = 7
    """How long an unconfirmed subscription is kept: a week at most, as mails say."""

    @model_validator(mode="after")
    def _mail_is_complete(self) -> Self:
        """Refuse mail that is set up in part, or that others could read on its way."""
        if self.smtp_host is None:
            return self
        for name in ("mail_from", "mail_reply_to"):
            address = getattr(self, name)
            try:
                if address is None or ascii_form(address) != address:
                    raise ValueError(f"mail needs a plain address {name}")
            except AddressError:
                raise ValueError(f"mail needs a plain address {name}") from None
        self.refuse_placeholders(
            "smtp_host", "mail_from", "mail_reply_to", "public_url", "desk_url"
        )
        is_local = self.smtp_host in LOOPBACK
        if self.smtp_tls != "require" and not is_local:
            raise ValueError("only a mail server on loopback may be used without TLS")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("smtp_user and smtp_password go together")
        if not _is_safe(self.public_url):
            raise ValueError("mail needs a public_url with https")
        if (self.desk_url is None) != (self.link_key is None):
            raise ValueError("desk_url and link_key go together")
        if self.desk_url is not None and not _is_safe(self.desk_url):
            raise ValueError("links need a desk_url with https")
        if self.link_key is not None:
            read_key(self.link_key.get_secret_value())
        if not self.mail_from_name.isprintable():
            raise ValueError("mail_from_name is one printable line")
        return self

    @property
    def letterhead(self) -> Letterhead | None:
        """Who writes all mails; None if there is no mail."""
        if self.smtp_host is None or self.mail_from is None or self.mail_reply_to is None:
            return None
        return Letterhead(self.mail_from, self.mail_from_name, self.mail_reply_to)

    @property
    def links(self) -> Links | None:
        """How links in mails to subscribers are written; None if there are no such mails."""
        if self.smtp_host is None or self.desk_url is None or self.link_key is None:
            return None
        return Links(self.desk_url.rstrip("/"), read_key(self.link_key.get_secret_value()))

    @property
    def mail_server(self) -> Server | None:
        """The mail server; None if there is no mail. Reads the CA's file."""
        if self.smtp_host is None or self.mail_from is None:
            return None
        login = None
        if self.smtp_user is not None and self.smtp_password is not None:
            login = (self.smtp_user, self.smtp_password.get_secret_value())
        return Server(
            host=self.smtp_host,
            port=self.smtp_port,
            greeting=self.mail_from.rpartition("@")[2],
            tls=self.smtp_tls,
            context=ssl.create_default_context(cafile=self.smtp_ca_file or certifi.where()),
            login=login,
        )


def _is_safe(address: str | None) -> bool:
    url = urlsplit(address or "")
    is_local = url.scheme == "http" and url.hostname in LOOPBACK
    return bool(url.hostname) and (url.scheme == "https" or is_local)
