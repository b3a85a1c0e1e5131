"""Every attack: those that were found from outside (F1 to F8), and shapes aimed at every layer."""

from tests.proofs.hostile.attack import Attack
from tests.proofs.hostile.attacks.contents import contents
from tests.proofs.hostile.attacks.found import found
from tests.proofs.hostile.attacks.office import office
from tests.proofs.hostile.attacks.public import public
from tests.proofs.hostile.attacks.storms import storms
from tests.proofs.hostile.attacks.syntax import syntax
from tests.proofs.hostile.attacks.transport import transport


def attacks(seed: int) -> list[Attack]:
    """Return all attacks, in the order in which they are played; *seed* draws what is random."""
    on_kafka = [*found(seed), *syntax(seed), *contents(), *transport(), *storms(seed)]
    return [*on_kafka, *office(), *public()]
