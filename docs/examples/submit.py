"""
An agency's system submits a request and reads the answer and the first message about it.

``submit.py <its file> <participant> <own reference> <ORI> <name of the agency>``
"""

import json
import sys
from pathlib import Path
from typing import Any

from participant import Participant


def request(reference: str, ori: str, name: str) -> dict[str, Any]:
    """Return the data of a ``request.submit``."""
    return {
        "reference": reference,
        "agency": {"ori": ori, "name": name, "cri_type": "local", "agency_class": "city",
                   "state": "US-CA"},
        "requested_by": {"role": "chief"},
        "program": "cri-tac",
        "topics": ["crisis_intervention"],
        "service_forms": ["training_in_person"],
        "need": {"issue": "Calls of this kind have doubled in two years."},
    }  # fmt: skip


def main(connection: Path, name: str, reference: str, ori: str, agency: str) -> int:
    """Submit once; print the answer, and the first message about the accepted request."""
    system = Participant(json.loads(connection.read_text()), name)
    data = request(reference, ori, agency)
    coordinate = system.send("request.submit", data, subject=reference, message_id=reference)
    answer = next(system.answers([coordinate]))
    print(json.dumps(answer, indent=2))
    if answer["type"] != "gov.cri.submission.accepted.v1":
        return 1
    if answer["data"]["repeat"]:
        return 0
    for message in system.messages():
        if message["subject"] == answer["data"]["tracking_number"]:
            print(json.dumps(message, indent=2))
            break
    system.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
