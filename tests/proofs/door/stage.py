"""Plays examples; each story is played once, and every example goes on from what was kept."""

from collections.abc import Mapping, Sequence

from shared.contracts import outbound
from shared.contracts.services import SERVICES
from tests.proofs.door.databases import Database, Make, Pool
from tests.proofs.door.examples import Example, Examples, Sent
from tests.proofs.door.world import Past, World

_NOTHING = "nothing"
_REFUSALS = {outbound.TYPES["refused"], outbound.TYPES["message_refused"]}


class Stage:
    """Plays the examples of one folder, one after another."""

    def __init__(self, databases: Mapping[str, Database], examples: Examples) -> None:
        self._databases = databases
        self._examples = examples
        self._kept: dict[str, tuple[Past, Sequence[Sent]]] = {}

    @classmethod
    async def open(cls, make: Make, examples: Examples, *, admin_dsn: str) -> "Stage":
        """Make the databases of the services."""
        databases = {
            service: await Database.open(service, make, admin_dsn=admin_dsn)
            for service in SERVICES
        }
        return cls(databases, examples)

    @property
    def pools(self) -> Mapping[str, Pool]:
        """The databases of the services, as the last example left them."""
        return {service: database.pool for service, database in self._databases.items()}

    async def close(self) -> None:
        """End all sessions."""
        for database in self._databases.values():
            await database.close()

    async def play(self, example: Example) -> Sequence[Sent]:
        """
        Return what was sent to participants from the moment of the example's last step on.

        If anything before was refused, which no example intends, these refusals come first.
        """
        before = [step for step in example.given.steps if step.at < example.send.at]
        at_once = example.given.steps[len(before) :]
        world, refused = await self._world_after(example.given.after)
        refused = [*refused, *_refusals(await world.play(before))]
        return [*refused, *await world.play([*at_once, example.send])]

    async def _world_after(self, story: str | None) -> tuple[World, Sequence[Sent]]:
        """Return the world after *story* (None: an empty one), and what was refused in it."""
        name = _NOTHING if story is None else story
        if name in self._kept:
            past, earlier = self._kept[name]
            for database in self._databases.values():
                await database.put_back(name, at=past.at)
            return World(self._databases, past), earlier
        world = World(self._databases, Past())
        refused: Sequence[Sent] = []
        if story is not None:
            given = self._examples.story(story)
            world, before = await self._world_after(given.after)
            refused = [*before, *_refusals(await world.play(given.steps))]
        self._kept[name] = world.past, refused
        for database in self._databases.values():
            await database.keep(name)
        return world, refused


def _refusals(sent: Sequence[Sent]) -> list[Sent]:
    return [each for each in sent if each["message"]["type"] in _REFUSALS]
