"""
``python -m tests.proofs.manifests [overlay]``: print every finding on a line, then their number.

Without an overlay it checks all of ours, with samples in place of the placeholders. With one it
checks that overlay as it is, for an installation: each placeholder that is left is a finding.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deploy.tools import catalog
from tests.proofs.manifests import agreement, monitoring, network, policies, public, stores
from tests.proofs.manifests.placeholders import filled_in, placeholders
from tests.proofs.manifests.rendered import OVERLAYS, Objects, render

SCHEMAS = Path(__file__).with_name("schemas.py")
Policy = Callable[[Objects], Iterator[str]]
POLICIES: tuple[Policy, ...] = (
    policies.restricted,
    policies.probes,
    policies.shutdown,
    policies.spread,
    policies.replicas,
    policies.budgets,
    policies.resources,
    policies.secrets,
    policies.digests,
    policies.no_token,
    policies.migrations,
    policies.desk,
    monitoring.monitored,
    monitoring.rules,
    public.pages,
    public.probes,
    stores.kafka,
    stores.postgres,
    stores.backups,
    network.network,
    agreement.settings,
    agreement.desk_address,
    agreement.elsewhere,
    agreement.nodes,
)
# The optional components are in no overlay, so they are checked in variants.
VARIANTS = (
    *((overlay,) for overlay in OVERLAYS),
    ("production", "keda", "mail", "traces", "client-secret"),
    ("production", "postgres-restored"),
    ("sandbox", "keda"),
)


def schemas(variants: Mapping[str, Objects]) -> list[str]:
    """Return the findings of the strict schemas for the objects of each variant."""
    catalog.place("kubernetes-validate")
    for name in ("strimzi", "cnpg", "barman-cloud", "prometheus-operator", "keda"):
        catalog.place(f"{name}-crds")
    python = catalog.TOOLS / "python" / "bin" / "python"
    done = subprocess.run(
        [python, SCHEMAS, catalog.TOOLS / "crds"],
        input=json.dumps(variants, default=str),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the schemas could not be read:\n{done.stderr}")
    return done.stdout.splitlines()


def findings(objects: Objects, overlay: str) -> Iterator[str]:
    """Yield the findings of all policies for one rendered overlay."""
    for policy in POLICIES:
        yield from policy(objects)
    yield from agreement.topics(objects, overlay)
    yield from agreement.users(objects, overlay)


def main() -> None:
    """Check everything; exit 1 when there is a finding, 2 when a tool is missing."""
    found = list(agreement.generated())
    chosen = sys.argv[1:]
    try:
        if chosen:
            variants = {overlay: render(overlay) for overlay in chosen}
            found += [
                finding for objects in variants.values() for finding in placeholders(objects)
            ]
        else:
            variants = {"+".join(each): filled_in(render(*each)) for each in VARIANTS}
        found += schemas(variants)
        for name, objects in variants.items():
            overlay = name.partition("+")[0]
            found += [f"{name}: {finding}" for finding in findings(objects, overlay)]
    except catalog.ToolMissing as error:
        print(f"manifests: {error}", file=sys.stderr)
        sys.exit(2)
    for finding in found:
        print(finding)
    count = sum(map(len, variants.values()))
    print(f"manifests: {count} objects, {len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
