"""How the participants answer, decided by a hash of the subject and not by a clock."""

from benchmarks.simulation import Reaction, Simulation
from deploy.participants.behavior import offer_number


class SimulatedParticipants(Simulation):
    """Like `Simulation`, but 7 of 100 first offers are answered twice and 3 never."""

    def _offered(self, provider: str, offer: str) -> list[Reaction]:
        reactions = super()._offered(provider, offer)
        draw = self._draw("offer", offer) if offer_number(offer) == 1 else 0
        if draw < 90:
            return reactions
        return [*reactions, *reactions] if draw < 97 else []
