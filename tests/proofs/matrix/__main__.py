"""``python -m tests.proofs.matrix``: who may do what on a stack of its own; 0 if as expected."""

import sys

from deploy.stack.failure import StackFailed
from tests.proofs.matrix.judging import judged
from tests.proofs.temporary import temporary_stack


def main() -> int:
    """Print what is unexpected, and the count."""
    try:
        # Without quotas: so many questions at once would be slowed down.
        with temporary_stack(quotas=False) as stack:
            stack.start()
            stack.provision()
            count, unexpected = judged(stack)
    except StackFailed as failure:
        print(f"matrix: {failure}", file=sys.stderr)
        return 2
    for line in unexpected:
        print(line)
    print(f"matrix: {count:,} tried, {len(unexpected)} unexpected")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
