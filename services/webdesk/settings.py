"""Settings of the public desk, in addition to those of every service with pages."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from shared.web.settings import PageSettings


class Settings(PageSettings):
    """Settings of the public desk: the lists that its pages offer, from files."""

    agency_list: Path
    """The list of agencies, a gzipped CSV with the columns ``ori``, ``name``, ``agency_class``,
    ``state``, ``county`` and ``sworn``; intake has the same."""
    topics_of_help: Path
    """The topics of help, as YAML with the fields of ``topic.define``."""
    programs: Path
    """The programs, as YAML with the fields of ``program.define``."""

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        """Demand TLS outside the local stack."""
        if not self.is_local and not self.public_url.startswith("https://"):
            raise ValueError("public_url must begin with https://")
        return self
