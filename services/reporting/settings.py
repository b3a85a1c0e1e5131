"""Reporting's own settings, in addition to those of every service."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    public_host: str
    public_port: int
    """Port of the public pages; the internal ``http_port`` has probes, metrics, live figures."""
    figures_kept_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5
    """How long pages serve what they have read or computed before they do it again."""
    texts_kept_days: Annotated[int, Field(ge=30, le=36_600)] = 400
    """How long texts of an assessment are kept after it has ended."""
    desk_url: Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$")] | None = None
    """The public desk, scheme and host, to which the page links; None: it has no such links."""
    office_telephone: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The telephone number of the program office on the public pages; None: they have none."""

    @property
    def contact(self) -> dict[str, str | None]:
        """What the public pages say about whom to ask."""
        return {"desk_url": self.desk_url, "telephone": self.office_telephone}

    @model_validator(mode="after")
    def _links_are_safe(self) -> Self:
        """Demand TLS, and no placeholder, outside the local stack."""
        self.refuse_placeholders("desk_url", "office_telephone")
        is_plain = self.desk_url is not None and not self.desk_url.startswith("https://")
        if is_plain and not self.is_local:
            raise ValueError("desk_url must begin with https://")
        return self
