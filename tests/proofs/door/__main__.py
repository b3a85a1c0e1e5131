"""``python -m tests.proofs.door``: plays every example on a Postgres of its own."""

import argparse
import sys

from deploy.stack.failure import StackFailed
from tests.proofs.door.examples import Examples
from tests.proofs.door.playing import play_examples


def main() -> int:
    """Play the examples; 0 only if each got exactly what it says, or was written."""
    parser = argparse.ArgumentParser(prog="door", description=__doc__)
    parser.add_argument("names", nargs="*", help="such as refused/not_json.json (default: all)")
    parser.add_argument(
        "--write", action="store_true", help="write into each example what was sent"
    )
    asked = parser.parse_args()
    try:
        played, differing = play_examples(
            Examples(), asked.names, write=asked.write, say=lambda line: print(line, flush=True)
        )
    except StackFailed as failure:
        print(f"door: failed. {failure}", file=sys.stderr)
        return 1
    print(f"door: {played} examples, {differing} {'written' if asked.write else 'differ'}")
    return 1 if differing and not asked.write else 0


if __name__ == "__main__":
    sys.exit(main())
