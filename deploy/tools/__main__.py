"""``python -m deploy.tools [TARGET]``: install the tools of one target, or of all."""

import sys
import time

from deploy.tools.bring import bring
from deploy.tools.catalog import ToolMissing, listed, needed


def main(target: str) -> None:
    """Install the missing tools and print their sources; exit 1 if one cannot be installed."""
    tools = needed(target) if target else list(listed())
    if not tools:
        known = sorted({each for tool in listed() for each in tool.targets})
        sys.exit(
            f"tools: no tools for a target {target!r}; targets with tools: {', '.join(known)}"
        )
    lacking = 0
    for tool in tools:
        if tool.is_there:
            continue
        print(f"tools: installing {tool}", flush=True)
        started = time.monotonic()
        try:
            bring(tool)
        except ToolMissing as error:
            print(f"tools: {error}", file=sys.stderr)
            lacking += 1
            continue
        print(f"tools: {tool.name} installed in {time.monotonic() - started:.0f} s", flush=True)
    print(f"tools: {len(tools) - lacking} of {len(tools)} installed")
    sys.exit(1 if lacking else 0)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
