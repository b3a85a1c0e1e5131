"""
A participant's system asks how everything stands, after a gap or a restart; it follows the pages.

``standing.py <connection.json> <participant>``
"""

import json
import sys
from pathlib import Path

from participant import Participant


def main(connection: Path, name: str) -> None:
    """Print a line for each request: its number, its state, the sentence about it."""
    system = Participant(json.loads(connection.read_text()), name)
    for line in system.standing():
        print(line["tracking_number"], line["status"], line["sentence"])
    system.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
