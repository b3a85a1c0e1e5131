"""How the harness connects with Kafka."""

from deploy.local.stack import Stack


def login(stack: Stack, member: str) -> dict[str, str | int | float | bool]:
    """Return the settings with which confluent-kafka connects as a member of the stack."""
    user, password = stack.kafka_login(member)
    return {
        "bootstrap.servers": ",".join(stack.kafka.servers),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": user,
        "sasl.password": password,
        "log_level": 0,  # brokers that go away are what this is about
    }
