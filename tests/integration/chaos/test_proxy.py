"""Each thing that the proxy does to a connection, seen by a client on the other side of it."""

import asyncio
import socket
import time
from collections.abc import Iterator
from threading import Thread

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.stack.processes import Ports
from deploy.stack.proxy_routes import ProxyRoute
from tests.proofs.chaos.proxy import DIRECTIONS, Proxy

NOT_YET = 0.3


def echo(server: socket.socket) -> None:
    """Send back what comes, connection after connection, until the server is closed."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            try:
                while data := connection.recv(100):
                    connection.sendall(data)
            except OSError:
                continue


@pytest.fixture
def route() -> Iterator[ProxyRoute]:
    """Lead to an echo."""
    ports = Ports()
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=echo, args=(server,), daemon=True).start()
        yield ProxyRoute("routing", "kafka-1", ports.take(), target_port=server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(route: ProxyRoute) -> Iterator[Proxy]:
    with Proxy([route]) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy, route: ProxyRoute) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", route.port), timeout=5) as connected:
        connected.sendall(b"one")
        assert connected.recv(100) == b"one"
        yield connected


def test_a_cut_keeps_back_what_is_sent_and_a_mended_link_delivers_it(
    proxy: Proxy, client: socket.socket
) -> None:
    proxy.cut(proxy.links, DIRECTIONS)
    client.sendall(b"two")
    client.settimeout(NOT_YET)
    with pytest.raises(TimeoutError):
        client.recv(100)

    proxy.mend(proxy.links)

    client.settimeout(5)
    assert client.recv(100) == b"two"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_one_way_is_cut_and_the_other_is_open(
    proxy: Proxy, client: socket.socket, direction: str
) -> None:
    link = proxy.links[0]

    proxy.cut([link], [each for each in DIRECTIONS if each == direction])

    assert {each: link.open[each].is_set() for each in DIRECTIONS} == {
        each: each != direction for each in DIRECTIONS
    }
    client.sendall(b"two")
    client.settimeout(NOT_YET)
    with pytest.raises(TimeoutError):
        client.recv(100)


def test_who_connects_while_the_way_is_cut_waits(proxy: Proxy, route: ProxyRoute) -> None:
    proxy.cut(proxy.links, DIRECTIONS)

    with socket.create_connection(("127.0.0.1", route.port), timeout=NOT_YET) as client:
        client.sendall(b"one")
        with pytest.raises(TimeoutError):
            client.recv(100)

        proxy.mend(proxy.links)
        client.settimeout(5)
        assert client.recv(100) == b"one"


def test_what_is_late_stays_in_order(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay(proxy.links, 0.1)
    began = time.monotonic()

    for number in range(10):
        client.sendall(b"%d" % number)
    answer = b""
    while len(answer) < 10:
        answer += client.recv(100)

    assert answer == b"0123456789"
    assert 0.2 <= time.monotonic() - began < 1.0  # there and back, all of them at once


def test_a_reset_ends_connections_and_lets_new_ones_in(
    proxy: Proxy, client: socket.socket, route: ProxyRoute
) -> None:
    proxy.reset(proxy.links)

    with pytest.raises(ConnectionResetError):
        client.recv(100)
    with socket.create_connection(("127.0.0.1", route.port), timeout=5) as again:
        again.sendall(b"two")
        assert again.recv(100) == b"two"


def _receive(port: int) -> bytes:
    """Return what the proxy sends; it may hang up before it is connected to, or after."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        return client.recv(100)


def test_a_server_that_is_away_hangs_up() -> None:
    ports = Ports()
    route = ProxyRoute("routing", "kafka-1", ports.take(), target_port=ports.take())
    with Proxy([route]), pytest.raises(ConnectionResetError):
        _receive(route.port)


async def insert_alone(client: "asyncpg.Connection[asyncpg.Record]") -> None:
    await client.execute("INSERT INTO cut SELECT n FROM generate_series(1, $1) n", 7)


async def insert_in_transaction(client: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with client.transaction():
        await client.execute("INSERT INTO cut SELECT generate_series(1, 7)")


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_commit_happens_and_its_answer_never_comes(stack: Stack, is_alone: bool) -> None:
    route = ProxyRoute("routing", "postgres", Ports().take(), target_port=stack.postgres.port)
    direct, through = (
        stack.postgres.dsn().replace(f":{stack.postgres.port}/", f":{port}/")
        for port in (stack.postgres.port, route.port)
    )

    async def write(proxy: Proxy) -> int:
        observer = await asyncpg.connect(direct)
        await observer.execute("DROP TABLE IF EXISTS cut; CREATE TABLE cut (n integer)")
        client = await asyncpg.connect(through)
        proxy.cut_commits(proxy.links, 1)
        assert await client.fetchval("SELECT count(*) FROM cut") == 0  # which commits nothing
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
            await (insert_alone if is_alone else insert_in_transaction)(client)
        written: int = await observer.fetchval("SELECT count(*) FROM cut")
        await observer.execute("DROP TABLE cut")
        await observer.close()
        client.terminate()
        return written

    with Proxy([route]) as proxy:
        written = asyncio.run(write(proxy))

        assert proxy.links[0].commits_cut == 1
    assert written == 7


def test_whoever_is_not_cut_copies_and_reads_as_ever(stack: Stack) -> None:
    route = ProxyRoute("routing", "postgres", Ports().take(), target_port=stack.postgres.port)
    through = stack.postgres.dsn().replace(f":{stack.postgres.port}/", f":{route.port}/")

    async def copy_and_read() -> int:
        client = await asyncpg.connect(through)
        async with client.transaction():
            await client.execute("CREATE TEMPORARY TABLE copied (n integer)")
            rows = [(n,) for n in range(50_000)]
            await client.copy_records_to_table("copied", records=rows)
            total: int = await client.fetchval("SELECT sum(n) FROM copied")
            read = await client.fetch("SELECT n FROM copied")
        await client.close()
        assert len(read) == len(rows)
        return total

    with Proxy([route]):
        assert asyncio.run(copy_and_read()) == sum(range(50_000))
