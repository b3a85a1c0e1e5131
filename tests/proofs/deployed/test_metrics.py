"""Each service shows every metric whose absence raises an alert."""

import re
import time
from urllib.request import urlopen

import pytest

from deploy.local.stack import Stack
from deploy.monitoring import missing
from shared.contracts.services import DEPLOYABLES

_SAMPLE = re.compile(r"^(\w+)\{([^}]*)\}", re.MULTILINE)


def shown(stack: Stack, service: str) -> set[str]:
    """Return the names of the metrics that a service shows about itself."""
    with urlopen(f"{stack.replicas[service, 0].http}/metrics", timeout=10) as answer:
        samples = _SAMPLE.findall(answer.read().decode())
    return {name for name, labels in samples if f'service="{service}"' in labels}


@pytest.mark.timeout(300)
def test_no_service_lacks_a_metric_whose_absence_raises_an_alert(stack: Stack) -> None:
    wanted = {(source, name) for source, name, _ in missing.inputs() if source in DEPLOYABLES}
    lacking = wanted
    until = time.monotonic() + 90

    while lacking and time.monotonic() < until:
        names = {service: shown(stack, service) for service in DEPLOYABLES}
        lacking = {(service, name) for service, name in wanted if name not in names[service]}
        time.sleep(2 if lacking else 0)  # services renew some gauges only every few seconds

    assert wanted
    assert lacking == set()
