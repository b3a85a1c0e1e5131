"""Writes `deploy/contract`; with `release`, keeps the version for ever."""

import sys

from deploy.contract_writer.write import release, write


def main() -> int:
    write()
    match sys.argv[1:]:
        case []:
            return 0
        case ["release"]:
            print(f"released: {release()}")
            return 0
        case _:
            print("usage: python -m deploy.contract_writer [release]", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
