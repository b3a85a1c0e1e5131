"""
Brings a database restored from an older dump up to date.

The desk's tables are a fold of other services' topics, which it reads again from the restored
checkpoints.
"""

from typing import Any

from services.desk.handlers import DeskReader
from shared.delivery.restore.catch_up import fold_sequences
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Reader

OWN = OwnTopics(r"^$")


class Restore:
    """The desk's part of `shared.delivery.restore.catch_up`; topics may come in any order."""

    order = ("",)

    def __init__(self) -> None:
        self.reader: Reader[Any] = DeskReader()

    async def fold(self, connection: Any) -> None:
        """Raise sequence numbers."""
        await fold_sequences(connection)

    async def finish(self, connection: Any) -> None:
        """Do nothing: no input is left undecided."""
