"""``python -m tests.proofs.matrix``: who may do what on a stack of its own; 0 if as expected."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.stack import Stack
from deploy.stack.failure import StackFailed
from tests.proofs.matrix.judging import judged


def main() -> int:
    """Print what is unexpected, and the count."""
    # Not below a folder that only its own user may enter: Postgres has another.
    with TemporaryDirectory(prefix="continuum-matrix-") as state:
        # Without quotas: so many questions at once would be slowed down.
        stack = Stack(Path(state), quotas=False)
        try:
            stack.start()
            stack.provision()
            count, unexpected = judged(stack)
        except StackFailed as failure:
            print(f"matrix: {failure}", file=sys.stderr)
            return 2
        finally:
            stack.stop(keep_data=False)
    for line in unexpected:
        print(line)
    print(f"matrix: {count:,} tried, {len(unexpected)} unexpected")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
