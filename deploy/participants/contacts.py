"""The contacts of the sample: fictitious desks at reserved addresses."""

from deploy.participants.client import Client, Sent

MOVED = "iacp"
"""The provider whose first contact has left: there is no such mailbox any more."""


async def set_contacts(client: Client) -> list[Sent]:
    """Set a participant's contacts, at addresses that can never be anybody's."""
    boxes = {"desk": "desk"}
    if client.access.participant == MOVED:
        boxes = {"clerk": "nobody", **boxes}
    return [await _set_contact(client, contact, box) for contact, box in boxes.items()]


async def _set_contact(client: Client, contact_id: str, box: str) -> Sent:
    contact = {
        "contact_id": contact_id,
        "name": f"Request {contact_id}",
        "email": f"{box}@{client.access.participant}.example",
        "phone": "+1 202 555 0100",
    }
    return await client.send("contact.set", contact, subject=contact_id)
