"""
A participant's system asks for the status of all its requests, after a gap or a restart.

``statuses.py <its file> <participant>``
"""

import json
import sys
from pathlib import Path

from participant import Participant


def main(connection: Path, name: str) -> None:
    """Print the number, the status and the sentence of each request."""
    system = Participant(json.loads(connection.read_text()), name)
    for line in system.statuses():
        print(line["tracking_number"], line["status"], line["sentence"])
    system.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
