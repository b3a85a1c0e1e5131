"""
A participant's system reads what is new, and after a loss asks how its requests stand.

``read.py <its file> <participant> <state file> [--certificate]``. The state file holds the number
of the last message that was processed. Ends when nothing new has come for five seconds.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path

from participant import Gap, Participant


def save(state: Path, last: int) -> None:
    """Store the position atomically, and together with the effects of the message: here, none."""
    part = state.with_name(f"{state.name}.part")
    part.write_text(json.dumps({"last": last}))
    part.rename(state)


def main(connection: Path, name: str, state: Path, *, certificate: bool) -> int:
    """Print each new message, each range that is lost, and then the status of each request."""
    last = json.loads(state.read_text())["last"] if state.exists() else 0
    system = Participant(
        json.loads(connection.read_text()), name, last=last, certificate=certificate
    )
    status = 0
    try:
        with suppress(TimeoutError):
            for message in system.messages(within=5):
                print(int(message["participantsequence"]), message["type"], message["subject"])
                save(state, system.last)
    except Gap as gap:
        print("gap", gap)
        status = 3
    for first, until in system.lost:
        print("lost", f"{first}-{until}")
    if system.lost and status == 0:
        for line in system.statuses():
            print("status", line["tracking_number"], line["status"])
    save(state, system.last)
    system.close()
    return status


if __name__ == "__main__":
    file, name, state, *options = sys.argv[1:]
    sys.exit(main(Path(file), name, Path(state), certificate="--certificate" in options))
