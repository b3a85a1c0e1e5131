"""Settings of the office's pages: their address, the sign-in, and what every page says."""

from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.contracts.reference import Line
from shared.process.settings import ServiceSettings

Network = IPv4Network | IPv6Network


class OfficeSettings(ServiceSettings):
    public_host: str
    public_port: int
    """Port of the office's pages; the internal ``http_port`` has probes and metrics."""
    public_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")]
    """Where people reach the pages: scheme and host. No link is ever built from ``Host``."""
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
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Networks whose ``X-Forwarded-For`` is believed; without any, the peer is the client."""
    office_telephone: Line
    """The telephone number on every page."""
    office_languages: Line | None = None
    """Where people are helped in other languages, such as another number."""
    office_zone: str = "America/New_York"
    """The time zone in which pages show times."""
    omb_number: Annotated[str, Field(pattern=r"^\d{4}-\d{4}$")]
    """The control number that the Office of Management and Budget gave the form for requests."""
    omb_expires: date
    omb_minutes: Annotated[int, Field(ge=1)]
    """How long the form takes, in minutes, as approved with its number."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_proxies(cls, value: object) -> object:
        return [each for each in value.split(",") if each] if isinstance(value, str) else value

    @field_validator("office_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("not a time zone") from error
        return value

    @model_validator(mode="after")
    def _sign_in_is_safe(self) -> Self:
        """Demand TLS and another machine's issuer, unless the issuer is the stand-in."""
        addresses = (self.issuer, self.public_url)
        if self.stand_in_issuer:
            if not self.is_local or not all(map(_is_on_this_machine, addresses)):
                raise ValueError("only the local stack may have a stand-in issuer")
        elif not all(address.startswith("https://") for address in addresses):
            raise ValueError("issuer and public_url must begin with https://")
        elif _is_on_this_machine(self.issuer):
            raise ValueError("issuer must not be on this machine")
        return self

    @model_validator(mode="after")
    def _is_filled_in(self) -> Self:
        """Refuse placeholders in the texts for agencies, and in the addresses of pages and issuer."""
        self.refuse_placeholders("public_url", "issuer", "office_telephone", "omb_number")
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
