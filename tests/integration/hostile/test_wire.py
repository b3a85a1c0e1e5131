"""The broker takes and refuses what the attacks on the transport say that it does."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from tests.proofs.chaos.login import login
from tests.proofs.hostile.attack import AGENCY, Attack
from tests.proofs.hostile.attacks.found import found
from tests.proofs.hostile.attacks.transport import transport
from tests.proofs.hostile.wire import Wire

RAW = [each for each in (*found(1), *transport()) if each.batches("n")]


@pytest.fixture(scope="module")
def wire(stack: Stack) -> Iterator[Wire]:
    opened = Wire(login(stack, AGENCY), AGENCY)
    yield opened
    opened.close()


@pytest.mark.parametrize("attack", RAW, ids=lambda attack: attack.name)
def test_a_batch_made_by_hand_is_taken_or_refused_as_the_attack_says(
    wire: Wire, attack: Attack
) -> None:
    wire.forget()

    sent = wire.send_raw(attack.batches("number"))

    taken, refused = len(wire.expected), wire.refused
    assert (taken, refused) == ((0, sent) if attack.refused_by_broker else (sent, 0))
