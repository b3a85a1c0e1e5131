"""Asks ajv and the AsyncAPI parser, which `make tools FOR=verify` brings."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from deploy.tools.catalog import place


def problems(
    *,
    schemas: Mapping[str, Any] | None = None,
    samples: Mapping[str, Any] | None = None,
    documents: Mapping[str, Any] | None = None,
) -> list[str]:
    """
    Return what they find wrong: ajv in *schemas* and their *samples*, the parser in *documents*.

    Raises ToolMissing if they were not brought.
    """
    asked = {"schemas": schemas or {}, "samples": samples or {}, "documents": documents or {}}
    script = place("asyncapi-parser")
    done = subprocess.run(
        [place("node"), script],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found
