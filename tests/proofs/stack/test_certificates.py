"""Every broker of a cluster shows a renewed certificate, at once and after its next start."""

import ssl

import pytest

from deploy.local.stack import Stack
from deploy.stack.certificates import is_shown
from tests.proofs.temporary import temporary_stack


def is_shown_everywhere(stack: Stack) -> bool:
    return all(is_shown(stack.certificates.server, port) for port in stack.kafka.tls_ports)


@pytest.mark.timeout(300)
def test_three_brokers_show_a_renewed_certificate_without_a_restart_and_after_one() -> None:
    with temporary_stack(brokers=3) as stack:
        stack.start()
        nodes = [node.pid for node in stack.kafka.nodes]
        first = ssl.get_server_certificate(("localhost", stack.kafka.tls_ports[0]))
        stack.certificates.server.unlink()

        assert stack.renew_certificates() == 1

        assert len(stack.kafka.tls_ports) == 6
        assert first not in stack.certificates.server.read_text()
        assert is_shown_everywhere(stack)
        assert [node.pid for node in stack.kafka.nodes] == nodes
        stack.kafka.stop()
        stack.kafka.begin()
        stack.kafka.wait()
        assert is_shown_everywhere(stack)
