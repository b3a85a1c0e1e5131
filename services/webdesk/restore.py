"""
Brings a database restored from an older dump up to date.

Drafts are nowhere else: what was written since the dump is lost. A draft that was sent since is
marked as sent, so that it is not sent again; the answer to it is read again, and so is what
providers without a system were told, as far back as the topic reaches. What they did is put back
from the messages. The link to a request follows the contact that these messages name last: the
link of a contact who was replaced is no longer valid.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from services.webdesk import projection, store
from services.webdesk.acts import IN_TOPIC, reached_in, sent_in
from services.webdesk.handlers import WebDeskReader
from services.webdesk.provider_acts import made_in
from shared.contracts.inbound import Contact
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import Reader

OWN = OwnTopics(rf"^{re.escape(IN_TOPIC)}$")
RestorePage = Callable[[Any, Contact, str | None], Awaitable[None]]
"""Makes the link in a contact's mails lead to the request; the agency is that of a new request."""


class Restore:
    """The public desk's part of `shared.delivery.restore.catch_up`."""

    order = ("",)

    def __init__(self, restore_page: RestorePage, *, drafts_kept: timedelta = store.KEPT) -> None:
        self._restore_page = restore_page
        self.reader: Reader[Any] = WebDeskReader(drafts_kept=drafts_kept)

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of messages, and put back what was sent and done, and the links."""
        await store.restore_numbers(connection)
        values = await store.read_announced_messages(connection, IN_TOPIC)
        sent = [found for value in values if (found := sent_in(value)) is not None]
        if sent:
            await store.restore_sent(connection, sent)
        acts = [act for value in values if (act := made_in(value)) is not None]
        if acts:
            await projection.restore_acts(connection, acts)
        for contact, agency in reached_in(values):
            await self._restore_page(connection, contact, agency)

    async def finish(self, connection: Any) -> None:
        """Do nothing: no input is left undecided."""
