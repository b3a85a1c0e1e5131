"""The attacks on the public pages notice pages that give way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from typing import Any

import asyncpg
import pytest
from starlette.exceptions import HTTPException

from deploy.stack import processes
from services.webdesk import store
from services.webdesk.proving import Codes
from services.webdesk.settings import Settings
from services.webdesk.site import web
from services.webdesk.site.visits import Site as Pages
from services.webdesk.site.visits import Visit
from shared.process.http import PublicPages, Servers
from shared.web.front import Front
from shared.web.tokens import digest
from tests.examples.office import LOCAL
from tests.examples.webdesk import SETTINGS
from tests.integration.webdesk import conftest as webdesk
from tests.integration.webdesk.conftest import CODE_KEY, LISTS
from tests.proofs.hostile.attacks.public import public
from tests.proofs.hostile.public_site import PublicSite

pool = webdesk.pool
Pool = asyncpg.Pool
_LOCAL = {name: LOCAL[name] for name in ("kafka_servers", "postgres_host")}
ATTACKS = {attack.name.removeprefix("public: "): attack.public for attack in public()}
QUICK = sorted(ATTACKS.keys() - {"bodies without end"})


@pytest.fixture
async def attacked(pool: "Pool[Any]") -> AsyncIterator[Callable[[str], Any]]:
    """Serve the pages; return what plays an attack on them and gives what it found."""
    servers, port = Servers(), processes.Ports().take()
    address = f"http://127.0.0.1:{port}"
    settings = Settings(
        **{**SETTINGS, **_LOCAL, "code_key": CODE_KEY, "public_port": port, "public_url": address}
    )
    pages = web.pages(Pages(settings, LISTS, relay_wake=asyncio.Event()))

    def play(name: str) -> tuple[str, ...]:
        site, attack = PublicSite(address), ATTACKS[name]
        assert attack is not None
        with closing(site):
            attack(site)
            site.check_person()
            return site.tally().wrong

    async def attacked(name: str) -> tuple[str, ...]:
        servers.start_public(pages).state.pool = pool
        async with asyncio.timeout(30):
            while not processes.accepts(port):
                await asyncio.sleep(0.01)  # a port tells nobody that it is served
        return await asyncio.to_thread(play, name)

    yield attacked
    await servers.stop()


@pytest.mark.parametrize("name", QUICK)
async def test_the_pages_withstand(attacked: Callable[[str], Any], name: str) -> None:
    assert await attacked(name) == ()


async def test_pages_for_forms_from_anywhere(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Front, "check_origin", lambda *_: None)

    assert "POST /start: status 303" in " ".join(await attacked("forms of other sites"))


async def test_pages_that_redirect_to_any_host(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = PublicPages.app

    def redirecting(pages: PublicPages) -> Any:
        made = app(pages)
        made.router.redirect_slashes = True
        return made

    monkeypatch.setattr(PublicPages, "app", redirecting)

    assert "what was injected" in " ".join(await attacked("redirects to other hosts"))


async def test_pages_that_take_up_the_session_of_another(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Visit.begin

    async def keeping(visit: Visit) -> None:
        before = visit.secret
        await begin(visit)
        new, visit.secret = visit.secret, before
        await store.end_session(visit.connection, digest(before))
        await store.renew_session(visit.connection, digest(new), to=digest(before))

    monkeypatch.setattr(Visit, "begin", keeping)

    found = " ".join(await attacked("sessions set by others"))
    assert "shows what another person wrote" in found


async def test_pages_without_limits(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "OF_CLIENT", 10**6)

    assert "one address has begun" in " ".join(await attacked("floods"))


async def test_pages_that_take_any_code_of_a_provider(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def right(*_: Any) -> bytes:
        return b"an address"

    monkeypatch.setattr(Codes, "prove", right)

    found = " ".join(await attacked("codes of providers"))
    assert "POST /provider/code: status 303" in found


async def test_pages_that_tell_whether_there_is_a_provider(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Codes.ask

    async def telling(codes: Codes, connection: Any, matter: Any, **more: Any) -> bool:
        is_known = matter is not None and matter.contact_id == "desk"
        return is_known and await ask(codes, connection, matter, **more)

    monkeypatch.setattr(Codes, "ask", telling)

    assert "guesses are told apart" in " ".join(await attacked("codes of providers"))


async def test_pages_that_are_slow_or_fail_meanwhile(
    attacked: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: Any, **__: Any) -> bool:
        raise HTTPException(503)

    monkeypatch.setattr(store, "save_page", failing)

    assert "POST /request/page/need: status 503" in " ".join(await attacked("guesses"))
