"""Who signs in is what the one issuer says in a token for this sign-in, and nothing else."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.local.issuer.stand_in import StandInIssuer
from services.desk.office import issuer as office_issuer
from services.desk.office.issuer import CALLBACK, Issuer, IssuerAway, NotIdentified
from services.desk.office.settings import OfficeSettings
from services.desk.office.tokens import challenge_of
from tests.examples.office import ISSUER, SETTINGS, URL

VERIFIER = "v" * 43
Answer = Callable[[httpx.Request], httpx.Response]


class ChangedIssuer(httpx.AsyncBaseTransport):
    """The stand-in, whose answers a test changes by path."""

    def __init__(self) -> None:
        self.issuer = StandInIssuer(ISSUER, client_id="desk", redirect_uri=URL + CALLBACK)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._transport = httpx.ASGITransport(app=self.issuer.app())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path in self.answers:
            return self.answers[request.url.path](request)
        return await self._transport.handle_async_request(request)

    def changes(self, **changes: Any) -> None:
        """Give an identity token with other claims; None leaves one out."""
        claims = {**self.issuer.claims("stand-in-worker", nonce="n-1"), **changes}
        token = self.issuer.signed({k: v for k, v in claims.items() if v is not None})
        self.answers["/token"] = lambda _: httpx.Response(200, json={"id_token": token})

    def is_away(self, *paths: str) -> None:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused", request=request)

        self.answers.update(dict.fromkeys(paths, refuse))


@pytest.fixture
def there() -> ChangedIssuer:
    return ChangedIssuer()


@pytest.fixture
def desk(there: ChangedIssuer) -> Issuer:
    return Issuer(OfficeSettings(**SETTINGS), transport=there)


async def signed_in(desk: Issuer, there: ChangedIssuer, subject: str = "stand-in-worker") -> str:
    """Return the code that the issuer gives *subject*."""
    address = await desk.authorization_url(
        state="s-1", nonce="n-1", challenge=challenge_of(VERIFIER)
    )
    client = httpx.AsyncClient(transport=there)
    answer = await client.get(address, params={**parsed(address), "as": subject})
    return parsed(answer.headers["location"])["code"]


def parsed(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def identified(desk: Issuer, given: str, **changes: Any) -> str:
    values = {"code": given, "verifier": VERIFIER, "nonce": "n-1", "sender": ISSUER, **changes}
    return await desk.subject(**values)


async def test_the_code_flow_ends_with_the_subject(desk: Issuer, there: ChangedIssuer) -> None:
    code = await signed_in(desk, there, "stand-in-approver")

    assert await identified(desk, code) == "stand-in-approver"


async def test_the_address_asks_for_a_code_with_a_hashed_verifier(desk: Issuer) -> None:
    asked = parsed(
        await desk.authorization_url(state="s-1", nonce="n-1", challenge=challenge_of(VERIFIER))
    )

    assert asked == {
        "response_type": "code",
        "client_id": "desk",
        "redirect_uri": "https://office.example/sign-in/callback",
        "scope": "openid",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }


async def test_the_address_asks_for_the_levels_that_login_gov_demands(
    there: ChangedIssuer,
) -> None:
    levels = "urn:acr.login.gov:auth-only http://idmanagement.gov/ns/assurance/aal/2"
    desk = Issuer(OfficeSettings(**SETTINGS, acr_values=levels), transport=there)

    address = await desk.authorization_url(state="s-1", nonce="n-1", challenge="c-1")

    assert parsed(address)["acr_values"] == levels


async def test_the_way_out_of_the_issuer_leads_back_to_the_desk(desk: Issuer) -> None:
    assert desk.end_session is None
    await desk.authorization_url(state="s-1", nonce="n-1", challenge="c-1")

    address = desk.end_session or ""

    assert address.startswith(f"{ISSUER}/end?")
    assert parsed(address) == {
        "client_id": "desk",
        "post_logout_redirect_uri": "https://office.example/signed-out",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"verifier": "w" * 43},
        {"nonce": "n-2"},
        {"sender": "https://other.example"},
        {"sender": None},
        {"code": "guessed"},
    ],
    ids=["verifier", "nonce", "another issuer", "no issuer named", "code"],
)
async def test_what_does_not_fit_this_sign_in_is_refused(
    desk: Issuer, there: ChangedIssuer, changes: dict[str, Any]
) -> None:
    code = await signed_in(desk, there)

    with pytest.raises(NotIdentified):
        await identified(desk, code, **changes)


async def test_a_code_works_once(desk: Issuer, there: ChangedIssuer) -> None:
    code = await signed_in(desk, there)
    await identified(desk, code)

    with pytest.raises(NotIdentified):
        await identified(desk, code)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "another-client"},
        {"aud": ["desk", "another-client"], "azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"nonce": None},
        {"nonce": "n-2"},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    desk: Issuer, there: ChangedIssuer, changes: dict[str, Any]
) -> None:
    there.changes(**changes)

    with pytest.raises(NotIdentified):
        await identified(desk, "code")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", None, 7])
async def test_what_is_no_token_is_refused(
    desk: Issuer, there: ChangedIssuer, token: object
) -> None:
    there.answers["/token"] = lambda _: httpx.Response(200, json={"id_token": token})

    with pytest.raises(NotIdentified):
        await identified(desk, "code")


async def test_a_token_signed_by_another_key_is_refused(
    desk: Issuer, there: ChangedIssuer
) -> None:
    other = StandInIssuer(ISSUER, client_id="desk", redirect_uri=URL + CALLBACK)
    token = other.signed(other.claims("stand-in-worker", nonce="n-1"))
    there.answers["/token"] = lambda _: httpx.Response(200, json={"id_token": token})

    with pytest.raises(NotIdentified):
        await identified(desk, "code")


async def test_a_new_key_of_the_issuer_is_fetched(
    desk: Issuer, there: ChangedIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_issuer, "_NEWER_KEYS_SECONDS", 0.0)
    there.changes()
    await identified(desk, "code")
    after = StandInIssuer(ISSUER, client_id="desk", redirect_uri=URL + CALLBACK)
    there.issuer = after
    there._transport = httpx.ASGITransport(app=after.app())
    there.changes()

    assert await identified(desk, "code") == "stand-in-worker"
    assert there.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx.Response(500),
        lambda _: httpx.Response(302, headers={"location": "https://other.example"}),
        lambda _: httpx.Response(200, text="<html>"),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(200, json={"issuer": "https://other.example"}),
        lambda _: httpx.Response(200, json={"issuer": ISSUER}),
        lambda _: httpx.Response(200, content=b" " * 300_000),
        lambda _: httpx.Response(
            200,
            json={
                "issuer": ISSUER,
                "authorization_endpoint": "http://issuer.example/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            },
        ),
    ],
    ids=["fails", "redirects", "page", "list", "other", "bare", "large", "no TLS"],
)
async def test_an_issuer_that_does_not_answer_as_one_is_away(
    desk: Issuer, there: ChangedIssuer, answer: Answer
) -> None:
    there.answers["/.well-known/openid-configuration"] = answer

    with pytest.raises(IssuerAway):
        await desk.authorization_url(state="s", nonce="n", challenge="c")


@pytest.mark.parametrize("path", ["/token", "/keys"])
async def test_an_issuer_that_goes_away_in_a_sign_in_is_away(
    desk: Issuer, there: ChangedIssuer, path: str
) -> None:
    code = await signed_in(desk, there)
    there.is_away(path)

    with pytest.raises(IssuerAway):
        await identified(desk, code)


async def test_a_silent_issuer_is_given_up_and_not_asked_again_at_once(
    there: ChangedIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_issuer, "SECONDS", 0.05)

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            there.asked.append(request.url.path)
            await asyncio.Event().wait()
            raise AssertionError

    desk = Issuer(OfficeSettings(**SETTINGS), transport=Silent())

    for _ in range(3):
        with pytest.raises(IssuerAway):
            await desk.authorization_url(state="s", nonce="n", challenge="c")
    assert len(there.asked) == 1


async def test_a_client_with_a_secret_names_it_in_the_header(there: ChangedIssuer) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(400, json={"error": "invalid_grant"})

    there.answers["/token"] = answer
    desk = Issuer(OfficeSettings(**SETTINGS, client_secret="a:b"), transport=there)

    with pytest.raises(NotIdentified):
        await identified(desk, "code")
    assert httpx.BasicAuth("desk", "a%3Ab")._auth_header == seen[0].headers["authorization"]
    assert "client_id" not in seen[0].content.decode()
