"""What notifications must be told beyond what every service is told."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    heartbeat_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How often each participant hears the number of the last message written for it."""
