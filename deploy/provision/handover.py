"""What the operators give a participant: one file with its addresses, credentials and topics."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.provision.quotas import Quota
from deploy.provision.topics import Participant
from deploy.stack.passwords import write_private


@dataclass(frozen=True, slots=True)
class Doors:
    """The brokers' addresses, for passwords and for client certificates, and their CA's file."""

    servers: Sequence[str]
    certificate_servers: Sequence[str]
    ca: Path


def handover(
    participant: Participant,
    doors: Doors,
    *,
    password: str,
    certificate: Path | None,
    quota: Quota | None,
) -> dict[str, Any]:
    """Return the contents of a participant's file."""
    own: dict[str, Any] = {
        "kind": participant.kind,
        "name": participant.name,
        "username": participant.id,
        "password": password,
        "in": f"cri.in.{participant.id}.v1",
        "out": f"cri.out.{participant.id}.v1",
        "group_prefix": f"{participant.id}.",
    }
    if quota is not None:
        own["quota"] = {name: int(value) for name, value in quota.limits().items()}
    content: dict[str, Any] = {
        "bootstrap_servers": list(doors.servers),
        "security": {
            "protocol": "SASL_SSL",
            "mechanism": "SCRAM-SHA-512",
            "ca": str(doors.ca),
        },
        "participants": {participant.id: own},
    }
    if certificate is not None:
        content["with_certificate"] = {
            "bootstrap_servers": list(doors.certificate_servers),
            "security": {"protocol": "SSL", "ca": str(doors.ca)},
            "certificate": str(certificate),
        }
    return content


def write(folder: Path, participant: str, content: dict[str, Any]) -> Path:
    """Write a participant's file, readable by its owner only; return it."""
    file = folder / f"{participant}.json"
    write_private(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return file
