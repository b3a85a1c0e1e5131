"""The desk's own settings, in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from services.desk.office.settings import OfficeSettings


class Settings(OfficeSettings):
    """Those of the office's pages, and how long the desk keeps what people write."""

    case_files_kept_minutes: Annotated[int, Field(ge=1, le=15)] = 15
    """How long a case file that was told is kept, a quarter of an hour at most."""
