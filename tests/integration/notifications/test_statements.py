from shared.postgres.statements import load_statements
from tests.integration.notifications.conftest import World


async def test_every_statement_prepares_against_the_migrated_schema(world: World) -> None:
    statements = load_statements("services.notifications")

    async with world.pool.acquire() as connection:
        for text in statements.values():
            await connection.prepare(text)
