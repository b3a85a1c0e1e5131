"""The public desk as a participant, with its own credentials."""

from deploy.local.stack import Stack
from deploy.participants.client import Access, Client
from services.webdesk.acts import IN_TOPIC, OUT_TOPIC, WEB_DESK


def public_desk(stack: Stack) -> Client:
    """Return a client that may do what the public desk may, and no more; not started."""
    user, password = stack.kafka_login("webdesk")
    security = {"protocol": "SASL_PLAINTEXT", "mechanism": "SCRAM-SHA-512"}
    servers = tuple(stack.kafka.servers)
    return Client(
        Access(WEB_DESK, servers, security, user, password, IN_TOPIC, OUT_TOPIC, "webdesk.")
    )
