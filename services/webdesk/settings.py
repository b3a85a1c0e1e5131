"""Settings of the public desk, in addition to those of every service with pages."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from shared.contracts.links import read_key
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
    providers: Path | None = None
    """The providers, as YAML with the fields of ``provider.list``; None: pages show their ids."""
    code_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """The key from which this desk and notifications derive codes; None: no codes."""
    link_key: SecretStr | None = None
    """The key from which the tokens of links in mails are derived, in hexadecimal; notifications
    has the same. None: there are no such links."""
    drafts_kept_days: Annotated[int, Field(ge=1, le=30)] = 30
    """How long a draft is kept after its last change; pages say so."""

    @property
    def drafts_kept(self) -> timedelta:
        """The same as a duration."""
        return timedelta(days=self.drafts_kept_days)

    @model_validator(mode="after")
    def _is_encrypted(self) -> Self:
        """Demand TLS outside the local stack, and a ``link_key`` that can be read."""
        if not self.is_local and not self.public_url.startswith("https://"):
            raise ValueError("public_url must begin with https://")
        if self.link_key is not None:
            read_key(self.link_key.get_secret_value())
        return self
