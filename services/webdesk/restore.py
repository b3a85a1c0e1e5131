"""
Brings a database restored from an older dump up to date.

Drafts are nowhere else: what was written since the dump is lost. A draft that was sent since is
marked as sent, so that it is not sent again; the answer to it is read again, and so is what
providers without a system were told, as far as the topic reaches. What they did is put back from
the messages.
"""

import re
from typing import Any

from services.webdesk import projection, store
from services.webdesk.acts import IN_TOPIC, sent_in
from services.webdesk.handlers import WebDeskReader
from services.webdesk.provider_acts import made_in
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Reader

OWN = OwnTopics(rf"^{re.escape(IN_TOPIC)}$")


class Restore:
    """The public desk's part of `shared.delivery.restore.catch_up`."""

    order = ("",)

    def __init__(self) -> None:
        self.reader: Reader[Any] = WebDeskReader()

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of messages, mark the drafts that were sent, put back acts."""
        await store.restore_numbers(connection)
        values = await store.read_announced_messages(connection, IN_TOPIC)
        sent = [found for value in values if (found := sent_in(value)) is not None]
        if sent:
            await store.restore_sent(connection, sent)
        acts = [act for value in values if (act := made_in(value)) is not None]
        if acts:
            await projection.restore_acts(connection, acts)

    async def finish(self, connection: Any) -> None:
        """Do nothing: no input is left undecided."""
