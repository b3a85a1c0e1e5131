"""Mails are counted from the log and from the files of a mail server."""

import json
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.demo.mails import Mails, read_mails
from deploy.local.stack import Stack
from shared.contracts.notifications import MAIL_TOPIC, TOPIC

AGENCY, MAIL = "demo-mails", "00000000-0000-4000-8000-000000000077"
DECIDED = {
    "id": "notice-77",
    "type": "gov.cri.notifications.notice_decided.v1",
    "data": {
        "notices": [
            {
                "audience": AGENCY,
                "outcome": "sent",
                "message_type": "gov.cri.request.status_changed.v1",
            }
        ],
    },
}
DELIVERED = {
    "type": "gov.cri.notifications.notice_delivered.v1",
    "data": {"mail": MAIL, "notice": "notice-77", "contact": f"contact:{AGENCY}:desk"},
}


async def test_a_mail_is_found_on_the_log_and_in_the_folder(stack: Stack, tmp_path: Path) -> None:
    user, password = stack.kafka_login("notifications")
    login: dict[str, Any] = {
        "bootstrap_servers": stack.kafka.servers,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }
    async with AIOKafkaProducer(**login) as producer:
        for topic, event in ((TOPIC, DECIDED), (MAIL_TOPIC, DELIVERED)):
            await producer.send_and_wait(topic, json.dumps(event).encode(), partition=3)
    (tmp_path / "1-000001.eml").write_bytes(
        f"Delivered-To: x@y.example\r\nMessage-ID: <{MAIL}@program.example>\r\n\r\n".encode()
    )

    found = await read_mails(
        Mails({AGENCY}), stack.kafka.servers, tmp_path, user=user, password=password
    )

    assert ("notice-77", AGENCY) in found.decided & found.told
    assert found.copies[MAIL] == 1
    assert not [fault for fault in found.faults() if MAIL in fault or "notice-77" in fault]
