"""What reporting must be told beyond what every service is told."""

from typing import Annotated

from pydantic import Field

from shared.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    public_host: str
    public_port: int
    """Of the public pages; probes and metrics are at ``http_port``, which nobody outside sees."""
    figures_kept_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5
    """How long computed figures are shown before they are computed again."""
