"""The message to the requester that no mail about a notice reached its audience."""

from services.notifications.audiences.audience import View
from shared.clocks.written import moment_in_utc
from shared.contracts.notifications import NoticeUndelivered
from shared.contracts.outbound import DeliveryFailed
from shared.contracts.services import WEB_DESK

_REQUESTER, _PROVIDER, _OFFICE = "requester", "provider", "office"
_ITS_TOPIC = "What we wrote is on the topic of its system. Deadlines run on as if it had arrived."
_WITHOUT_A_SYSTEM = {
    _REQUESTER: "Please give us an address that works.",
    _PROVIDER: "The program office looks for another way to reach it. Deadlines run on.",
}
_WHAT_WE_DO = {
    _REQUESTER: "What we wrote is on your topic. Please set a contact with an address that works.",
    _PROVIDER: _ITS_TOPIC,
    _OFFICE: _ITS_TOPIC,
}


def failed(event: NoticeUndelivered, view: View) -> DeliveryFailed:
    data = event.data
    whom, name = _PROVIDER, view.directory.participant(data.audience)
    if data.audience == data.participant:
        whom, name = _REQUESTER, "any of your contacts"
    elif data.audience in view.directory.offices:
        whom, name = _OFFICE, "the program office"
    by_desk = view.directory.reader_of(data.audience) == WEB_DESK
    return DeliveryFailed(
        tracking_number=data.tracking_number,
        whom=whom,
        provider=data.audience if whom == _PROVIDER else None,
        how="mail",
        since=data.since,
        what_we_do=(_WITHOUT_A_SYSTEM if by_desk else _WHAT_WE_DO)[whom],
        sentence=f"No email has reached {name} since {moment_in_utc(data.since)}.",
    )
