"""Wires the desk together."""

import asyncio

from services.desk.handlers import DeskReader
from services.desk.parse import TOPICS
from services.desk.restore import OWN, Restore
from services.desk.settings import Settings
from shared.service import Service


def build(settings: Settings) -> Service:
    """Return the service that `shared.command.main` runs."""
    return Service(
        name="desk",
        topics=TOPICS,
        reader=DeskReader(),
        settings=settings,
        relay_wake=asyncio.Event(),
        own=OWN,
        restore=Restore(),
    )
