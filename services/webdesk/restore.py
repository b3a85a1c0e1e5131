"""
Brings a database restored from an older dump up to date.

Drafts are nowhere else: what was written since the dump is lost. A draft that was sent since is
marked as sent, so that it is not sent again; the answer to it is read again.
"""

import re
from typing import Any

from services.webdesk import store
from services.webdesk.acts import IN_TOPIC, sent_in
from services.webdesk.handlers import WebDeskReader
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Reader

OWN = OwnTopics(rf"^{re.escape(IN_TOPIC)}$")


class Restore:
    """The public desk's part of `shared.delivery.restore.catch_up`."""

    order = ("",)

    def __init__(self) -> None:
        self.reader: Reader[Any] = WebDeskReader()

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of messages, and mark the drafts that were sent."""
        await store.restore_numbers(connection)
        values = await store.read_announced_messages(connection, IN_TOPIC)
        sent = [found for value in values if (found := sent_in(value)) is not None]
        if sent:
            await store.restore_sent(connection, sent)

    async def finish(self, connection: Any) -> None:
        """Do nothing: no input is left undecided."""
