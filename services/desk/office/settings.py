"""Settings of the office's pages, beside those of all pages: the sign-in."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from shared.contracts.reference import Line
from shared.web.settings import PageSettings


class OfficeSettings(PageSettings):
    """Settings of the office's pages."""

    FILLED_IN: ClassVar[Sequence[str]] = (*PageSettings.FILLED_IN, "issuer")
    issuer: Annotated[str, Field(pattern=r"^https?://[^?#\s]+$")]
    """The one OpenID Connect issuer that staff sign in at, as its tokens name it."""
    client_id: Line
    client_secret: SecretStr | None = None
    """None: the issuer knows the desk as a public client, and PKCE alone protects the code."""
    issuer_ca_file: str | None = None
    """The CA of the issuer's certificate; None: the public ones."""
    acr_values: Line | None = None
    """How people must sign in at the issuer, such as Login.gov's levels; None: as it chooses."""
    stand_in_issuer: bool = False
    """
    Whether the issuer is the local stack's stand-in, without TLS and on this machine.

    Refused if Kafka or Postgres is on another machine.
    """
    first_administrator: Line | None = None
    """The subject, at the issuer, of the person who may enter the first people."""

    @model_validator(mode="after")
    def _is_filled_in(self) -> Self:
        """Demand TLS and another machine's issuer, unless it is the stand-in; no placeholders."""
        addresses = (self.issuer, self.public_url)
        if self.stand_in_issuer:
            if not self.is_local or not all(map(_is_on_this_machine, addresses)):
                raise ValueError("only the local stack may have a stand-in issuer")
        elif not all(address.startswith("https://") for address in addresses):
            raise ValueError("issuer and public_url must begin with https://")
        elif _is_on_this_machine(self.issuer):
            raise ValueError("issuer must not be on this machine")
        self.refuse_placeholders(*self.FILLED_IN)
        return self


def _is_on_this_machine(url: str) -> bool:
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
