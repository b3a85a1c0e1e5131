"""The answer to ``code.send``."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts.intake import CodeAsked
from shared.contracts.outbound import Applied, Refused


def applied(event: CodeAsked, view: View) -> Applied | None:
    if view.refusal is not None:
        return None
    return Applied(what="code.send", about=event.data.contact_id)


def refused(_: CodeAsked, view: View) -> Refused | None:
    if view.refusal is None:
        return None
    return Refused(
        refused_by="notifications",
        reasons=[view.refusal.reason("/contact_id")],
        elsewhere=render.ASK_THE_OFFICE,
    )
