"""The answer to ``notice.settle``."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import View
from shared.contracts.intake import NoticeSettleDirected
from shared.contracts.outbound import Applied, Refused


def applied(event: NoticeSettleDirected, view: View) -> Applied | None:
    if view.refusal is not None:
        return None
    return Applied(what="notice.settle", about=event.data.mail or event.data.notice or "")


def refused(event: NoticeSettleDirected, view: View) -> Refused | None:
    if view.refusal is None:
        return None
    path = "/mail" if event.data.mail is not None else "/notice"
    return Refused(
        refused_by="notifications",
        reasons=[view.refusal.reason(path)],
        elsewhere=render.ASK_THE_OFFICE,
    )
