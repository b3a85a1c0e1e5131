"""
The program office registers participants and defines programs, topics, providers and rules.

``introduce.py <its file> <folder of deploy/reference>``. Run it once: messages of
participants are refused until they are registered.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from participant import Participant

OFFICE = "program-office"
FILES = {
    "participant.register": "participants",
    "program.define": "programs",
    "topic.define": "topics",
    "provider.list": "providers",
    "ruleset.approve": "rulesets",
}


def main(connection: Path, reference: Path) -> None:
    """Send every entry of the reference files; stop at the first refusal."""
    office = Participant(json.loads(connection.read_text()), OFFICE)
    for kind, file in FILES.items():
        entries: list[dict[str, Any]] = yaml.safe_load((reference / f"{file}.yaml").read_text())[
            file
        ]
        # The office registers itself first; only then may it register the others.
        entries.sort(key=lambda entry: entry["id"] != OFFICE)
        coordinates = [office.send(kind, entry, subject=entry["id"]) for entry in entries]
        for answer in office.answers(coordinates):
            if answer["type"] != "gov.cri.message.applied.v1":
                sys.exit(f"{kind}: {json.dumps(answer['data']['reasons'])}")
        print(f"{kind}: {len(coordinates)} applied")
    office.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
