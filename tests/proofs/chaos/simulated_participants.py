"""What the participants answer to what they are told: a hash of the subject decides, no clock."""

from benchmarks.simulation import Reaction, Simulation
from deploy.participants.behavior import offer_number


class SimulatedParticipants(Simulation):
    """Of a hundred first offers seven are answered twice, three never; else as in `Simulation`."""

    def _offered(self, provider: str, offer: str) -> list[Reaction]:
        said = super()._offered(provider, offer)
        draw = self._draw("offer", offer) if offer_number(offer) == 1 else 0
        if draw < 90:
            return said
        return [*said, *said] if draw < 97 else []
