"""What somebody without a session, or a reader, sends to the office's pages."""

import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.proofs.hostile.attack import Attack
from tests.proofs.hostile.attacks.bodies import REFUSED, send_large, send_slowly
from tests.proofs.hostile.office_site import OfficeSite
from tests.proofs.hostile.site import EVIL
from tests.proofs.office import Browser

_FAILED = frozenset({303})
"""A sign-in that fails leads to a page that says so."""
_SESSION = "__Host-office"
_SIGN_INS, _OF_ONE_CLIENT = 120, 30
_SCRIPT = "<script>alert(1)</script>{{7*7}}${7*7}"
_LINES = "x%0d%0aX-Injected:%20yes%0d%0a%0d%0a"


def office() -> list[Attack]:
    """Return the attacks on the office's pages; the last one uses up this client's sign-ins."""
    return [
        Attack("pages: forged sign-ins", office=_forged_sign_ins),
        Attack("pages: forms without a token", office=_forms_without_a_token),
        Attack("pages: forged origins, hosts, proxies", office=_forged_senders),
        Attack("pages: bodies and fields without end", office=_without_end),
        Attack("pages: 60 bodies that do not end", office=_slow_bodies),
        Attack("pages: forged ids", office=_forged_ids),
        Attack("pages: injection", office=_injection),
        Attack("pages: a flood of sign-ins", office=_flood),
    ]


def _forged_sign_ins(site: OfficeSite) -> None:
    for query in (
        "",
        "?state=&code=",
        f"?state={uuid4()}&code=x&iss=http://{EVIL}",
        f"?state={'s' * 5000}&code=x",
        "?state=x&code=x&error=access_denied",
    ):
        _no_session(site, site.new_browser(), query)
    first, other = site.new_browser(), site.new_browser()
    back = urlsplit(first.begin_sign_in(site.address, "stand-in-worker") or "")
    asked = {name: values[0] for name, values in parse_qs(back.query).items()}
    _no_session(site, other, f"?{back.query}")  # another browser's
    forged = back.query.replace("iss=", f"iss=http%3A%2F%2F{EVIL}%2F")
    _no_session(site, first, f"?{forged}")
    _no_session(site, first, f"?{back.query}")  # used up
    later = site.new_browser()
    own = urlsplit(later.begin_sign_in(site.address, "stand-in-worker") or "")
    state = parse_qs(own.query)["state"][0]
    # The code of another sign-in: neither its nonce nor its verifier fits.
    _no_session(site, later, f"?state={state}&code={asked['code']}&iss={asked['iss']}")


def _no_session(site: OfficeSite, browser: Browser, query: str) -> None:
    site.ask("GET", f"/sign-in/callback{query}", by=browser, expected=_FAILED)
    if browser.is_signed_in:
        site.note(f"a session for {query[:40]}")
        browser.cookies.clear()


def _forms_without_a_token(site: OfficeSite) -> None:
    paths = ("/sign-out", "/people", "/people/roles", "/people/disable", "/call")
    for path in (*paths, "/cases/CRI-2026-000001-Z/file", "/cases/CRI-2026-000001-Z/act/look"):
        for token in ("", "0" * 64, "\N{SNOWMAN}"):
            fields = {"csrf": token, "subject": "stand-in-reader"}
            site.post(path, fields, expected={403, 404, 422})
        # Who has no session is signed out already.
        refused = {303} if path == "/sign-out" else {403, 404, 422}
        answer = site.ask("POST", path, expected=refused,
                          data={"csrf": "x"}, headers={"origin": site.address})  # fmt: skip
        if answer is not None and "set-cookie" in answer.headers:
            site.note(f"{path} gives a cookie to somebody without a session")
    site.ask("GET", "/", by=site.reader, expected={200})  # still signed in


def _forged_senders(site: OfficeSite) -> None:
    fields = {"csrf": site.reader.csrf}
    for origin in (f"http://{EVIL}", "null", "", f"{site.address}.{EVIL}", f"{site.address}/"):
        site.post("/sign-out", fields, expected={403}, origin=origin)
    site.ask("POST", "/sign-out", by=site.reader, data=fields, expected={403})
    for host in (EVIL, f"{EVIL}:443", "127.0.0.1", f"a@{EVIL}"):
        forged = {"host": host, "x-forwarded-host": EVIL, "forwarded": f"host={EVIL}"}
        for path in ("/", "/sign-in", "/sign-in/", "/sign-in/failed", "/nowhere"):
            site.ask("GET", path, headers=forged, expected={200, 303, 400, 403, 404})
    for client in ("10.0.0.1, 127.0.0.1", "::1", "unknown", ",,,", "1" * 5000):
        forwarded = {"x-forwarded-for": client}
        site.ask("GET", "/", by=site.reader, headers=forwarded, expected={200})


def _without_end(site: OfficeSite) -> None:
    send_large(site, "/call", by=site.reader)
    for path in ("/" + "p" * 20_000, "/?text=" + "q" * 20_000, "/cases/" + "C" * 5_000):
        site.ask("GET", path, by=site.reader, expected=REFUSED | {200}, may_be_cut=True)
    huge = {"cookie": "__Host-office=" + "c" * 60_000}
    site.ask("GET", "/", headers=huge, expected=REFUSED | {303}, may_be_cut=True)


def _slow_bodies(site: OfficeSite) -> None:
    def show() -> None:
        asked = time.monotonic()
        site.ask("GET", "/", by=site.reader, expected={200})
        if (took := time.monotonic() - asked) > 2:
            site.note(f"a page took {took:.0f} s")

    send_slowly(site, "/call", meanwhile=show)


def _forged_ids(site: OfficeSite) -> None:
    for name in (str(uuid4()), "x", "%00", "..%2f..%2fpeople", "1" * 300, "%f0%9f", "'--"):
        for path in (f"/acts/{name}", f"/files/{name}", f"/cases/{name}", f"/acts/{name}?seen=-1"):
            site.ask("GET", path, by=site.reader, expected={400, 403, 404})
            site.ask("GET", path, expected={303, 400, 404})
        for path in (f"/cases/{name}/act/end", f"/cases/{name}/act/{name}"):
            site.ask("GET", path, by=site.reader, expected={400, 403, 404})
            site.post(path, {"csrf": site.reader.csrf, "step": "send", "token": str(uuid4())},
                      expected={400, 403, 404})  # fmt: skip


def _injection(site: OfficeSite) -> None:
    for query in (f"/?text={_SCRIPT}", f"/?kind={_SCRIPT}", f"/?lane={_LINES}", "/?page=-1",
                  f"/?page={'9' * 40}", "/?text=%00", "/?text=%ed%a0%80"):  # fmt: skip
        answer = site.ask("GET", query, by=site.reader, expected={200, 400, 404})
        if answer is not None and "<script>" in answer.text:
            site.note(f"{query[:20]}: a page repeats it as it stands")
        if answer is not None and "text=<" in query and "{{7*7}}" not in answer.text:
            site.note(f"{query[:20]}: a page works it out")
    for target in (f"//{EVIL}", f"https://{EVIL}/", "javascript:alert(1)", "/%5c" + EVIL, _LINES):
        site.ask("GET", f"/sign-in?next={target}", expected={200})
    site.ask("GET", f"/sign-in/failed?because={_SCRIPT}", expected={403})
    site.ask("GET", f"/nowhere/{_LINES}", expected={404})


def _flood(site: OfficeSite) -> None:
    """Begin more sign-ins than one client may, each as if for another behind a proxy."""
    begun = 0
    for number in range(_SIGN_INS):
        forged = {"x-forwarded-for": f"198.51.100.{number}"}
        answer = site.ask("GET", "/sign-in/start", headers=forged, expected=_FAILED)
        if answer is not None:
            begun += not answer.headers.get("location", "").startswith("/sign-in/failed")
    if begun > _OF_ONE_CLIENT:
        site.note(f"one client has begun {begun} sign-ins")
    site.ask("GET", "/", by=site.reader, expected={200})
