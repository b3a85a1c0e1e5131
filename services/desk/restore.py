"""
Brings a database restored from an older dump up to date.

Most of the desk's tables are a fold of other services' topics, which it reads again from the
restored checkpoints. The acts of people are its own: they are put back from the messages that it
has sent, without the work item, and without the request if the message does not name it.
"""

import re
from datetime import timedelta
from typing import Any

from services.desk import store
from services.desk.acts import IN_TOPIC, sent
from services.desk.handlers import DeskReader
from services.desk.projection import FILE_KEPT
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Reader

OWN = OwnTopics(rf"^{re.escape(IN_TOPIC)}$")


class Restore:
    """The desk's part of `shared.delivery.restore.catch_up`; topics may come in any order."""

    order = ("",)

    def __init__(self, *, files_kept: timedelta = FILE_KEPT) -> None:
        self.reader: Reader[Any] = DeskReader(files_kept=files_kept)

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of messages, and put back the acts that were sent."""
        await store.restore_numbers(connection)
        values = await store.read_announced_acts(connection, IN_TOPIC)
        acts = [act for value in values if (act := sent(value)) is not None]
        if acts:
            await store.restore_acts(connection, acts)

    async def finish(self, connection: Any) -> None:
        """Do nothing: no input is left undecided."""
