"""What strangers send to the public desk's pages."""

from urllib.parse import quote
from uuid import uuid4

from shared.web.tokens import stamp
from tests.proofs.hostile.attack import Attack
from tests.proofs.hostile.attacks.bodies import REFUSED, send_large, send_slowly
from tests.proofs.hostile.attacks.codes import MOST_OF_PROVIDERS, guess_codes_of_providers
from tests.proofs.hostile.attacks.numbers import MOST_MESSAGES, flood, guess
from tests.proofs.hostile.public_site import COOKIE, LATER, NEED, REVIEW, PublicSite
from tests.proofs.hostile.site import EVIL
from tests.proofs.office import Browser

_SHOWN = frozenset({200, 303, 403, 404})
_CODE = "<script>alert(1)</script>{{ 1337*1337 }}${1337*1337}{% raw %}#{1337*1337}"
_WORKED_OUT = str(1337 * 1337)
_LINES = "x%0d%0aX-Injected:%20yes%0d%0a%0d%0a"
_REPORT = "/status/reports/CRI-2026-000042-J-E1/initial-2027/fact_check"
_SCANS = 20
_ELSEWHERE = (f"//{EVIL}", f"https://{EVIL}/", f"/\\{EVIL}", f"{EVIL}", "javascript:alert(1)")


def public() -> list[Attack]:
    """Return the attacks on the public pages."""
    return [
        Attack("public: forms of other sites", public=_forms_of_other_sites),
        Attack("public: redirects to other hosts", public=_redirects),
        Attack("public: sessions set by others", public=_sessions_of_others),
        Attack("public: enumeration", public=_enumeration),
        Attack("public: header injection", public=_header_injection),
        Attack("public: template injection", public=_template_injection),
        Attack("public: forwarded links", public=_forwarded_links),
        Attack("public: guesses", public=guess, messages=2),
        Attack(
            "public: codes of providers",
            public=guess_codes_of_providers,
            messages=MOST_OF_PROVIDERS,
        ),
        Attack("public: floods", public=flood, messages=MOST_MESSAGES),
        Attack("public: bodies without end", public=_bodies),
    ]


def _forms_of_other_sites(site: PublicSite) -> None:
    """Send every form with the person's cookie from elsewhere, or without the person's token."""
    other = site.beginner()
    tokens = ("", "0" * 64, "\N{SNOWMAN}", f"0.{'0' * 64}", stamp(other.cookies[COOKIE], 0))
    for path in site.forms:
        for origin in (f"http://{EVIL}", "null", "", f"{site.address}.{EVIL}", f"{site.address}/"):
            site.post(site.person, path, {"issue": "x"}, expected={403, 404},
                      headers={"origin": origin})  # fmt: skip
        for token in tokens:
            site.post(site.person, path, {"csrf": token, "issue": "x"}, expected={403, 404, 422})
        form = {"csrf": stamp(site.person.cookies[COOKIE], 0)}
        site.ask("POST", path, by=site.person, data=form, expected={403, 404})  # no origin at all
        site.ask("GET", path, by=site.person, params=form, expected=_SHOWN | {405})
    site.check_person()


def _redirects(site: PublicSite) -> None:
    browser = site.beginner()
    for path in site.pages:
        for target in _ELSEWHERE:
            asked = "&".join(f"{name}={quote(target)}" for name in ("next", "url", "seen"))
            site.ask("GET", f"{path}?{asked}", by=browser, expected=_SHOWN)
        for host in (EVIL, f"{EVIL}:443", f"a@{EVIL}"):
            forged = {"host": host, "x-forwarded-host": EVIL, "forwarded": f"host={EVIL}"}
            for form in (path, f"{path}/"):
                site.ask("GET", form, by=browser, headers=forged, expected=_SHOWN)
    for path in (f"//{EVIL}/request", f"/%5c{EVIL}", f"/request//{EVIL}", f"/https://{EVIL}"):
        site.ask("GET", path, by=browser, expected={404})
    sent = {"next": f"https://{EVIL}", "step": f"//{EVIL}", "issue": "x"}
    site.post(browser, NEED, sent, expected={303})
    page = site.post(browser, LATER, {}, expected={200}, headers={"host": EVIL})
    if page is not None and f'href="{site.address}/continue/' not in page.text:
        site.note("a link that is not built from the desk's own address")


def _sessions_of_others(site: PublicSite) -> None:
    """Have a person begin with a cookie of the attacker's; then ask for what the person wrote."""
    attacker, (victim, later) = site.beginner(), site.newcomers(2)
    for planted in ("planted", attacker.cookies[COOKIE]):
        victim.cookies[COOKIE] = planted
        site.begin(victim)
        if victim.cookies[COOKIE] == planted:
            site.note("a request is begun in a session that another has set")
        site.post(victim, NEED, {"issue": "the words of a victim"}, expected={303})
        for secret in (planted, attacker.cookies[COOKIE]):
            thief = site.new_browser()
            thief.cookies[COOKIE] = secret
            _shows_not(site, thief, "the words of a victim")
    ended = victim.cookies[COOKIE]
    site.post(victim, "/leave", {}, expected={200})
    later.cookies[COOKIE] = ended
    _shows_not(site, later, "the words of a victim")
    site.post(later, NEED, {"issue": "x"}, expected={422})  # begins another request
    _shows_not(site, later, "the words of a victim")


def _shows_not(site: PublicSite, browser: Browser, words: str) -> None:
    for path in (NEED, REVIEW, "/request"):
        page = site.ask("GET", path, by=browser, expected={200, 303, 403})
        if page is not None and words in page.text:
            site.note(f"{path} shows what another person wrote")


def _enumeration(site: PublicSite) -> None:
    """Ask for links and sessions that are wrong in every way: each answer must be the same."""
    owner = site.beginner()
    replaced, valid = site.make_link(owner), site.make_link(owner)
    token = valid.rpartition("/")[2]
    wrong = ("x", "x" * 43, "x" * 101, "x" * 3000, "%20", "é", token[:-1], token + "A",
             token.swapcase(), replaced.rpartition("/")[2])  # fmt: skip
    site.compare([site.ask("GET", f"/continue/{each}", expected={404}) for each in wrong])
    about = f"{uuid4()}/monthly_update"
    forged = ("x", about, f"{about}/{'x' * 24}", f"{about}/{'x' * 3000}", "a/b/c/d", "%20")
    for purpose in ("confirm", "end", "preferences"):
        paths = [f"/subscriptions/{purpose}/{each}" for each in forged]
        site.compare([site.ask("GET", path, expected={404}) for path in paths])
    sessions = ("x", "x" * 43, "x" * 3000, owner.cookies[COOKIE][:-1], "")
    for path in (NEED, REVIEW, "/request", LATER):
        answers = []
        for each in sessions:
            stranger = site.new_browser()
            stranger.cookies[COOKIE] = each
            answers.append(site.ask("GET", path, by=stranger, expected={403}))
        site.compare(answers)

    for path in ("/status", _REPORT, f"{_REPORT}/code", f"{_REPORT}/enter"):
        answers = []
        for each in sessions:
            stranger = site.new_browser()
            stranger.cookies["__Host-status"] = stranger.cookies["__Host-report"] = each
            if path in ("/status", _REPORT):
                answers.append(site.ask("GET", path, by=stranger, expected={404}))
            if path != "/status":
                guessed = {"csrf": stamp(each, 0), "code": "00000000", "step": "send"}
                answers.append(site.post(stranger, path, guessed, expected={404}))
        site.compare(answers)


def _header_injection(site: PublicSite) -> None:
    browser = site.beginner()
    for path in site.pages:
        for query in (f"?seen={_LINES}", f"?in={_LINES}&name={_LINES}", f"/{_LINES}"):
            site.ask("GET", path + query, by=browser, expected=_SHOWN)
    site.ask("GET", f"/continue/{_LINES}", expected={404})
    site.ask("GET", "/", headers={"cookie": f"{COOKIE}={_LINES}"}, expected={200})
    people = {"role": "chief", "name": "A. Chief", "email": "a@b.example"}
    for name in ("name", "title", "email", "phone"):
        for lines in ("x\r\nBcc: c@d.example", "x\nBcc: c@d.example", "x\u2028Bcc: c@d.example"):
            sent = {**people, name: lines}
            site.post(browser, "/request/page/people", sent, expected={422})
    page = site.ask("GET", REVIEW, by=browser, expected={200})
    if page is not None and "Bcc:" in page.text:
        site.note("a line for the header of a mail was saved")


def _template_injection(site: PublicSite) -> None:
    browser = site.beginner()
    forms = {
        "agency": {"agency": _CODE, "unlisted": "yes"},
        "help": {"other_topic": _CODE, "topics": _CODE, "program": _CODE},
        "need": dict.fromkeys(("issue", "how_noticed", "obstacles"), _CODE),
        "when": {"urgent_because": _CODE, "level": _CODE, "from": _CODE},
        "people": {"name": _CODE, "title": _CODE, "email": _CODE, "phone": _CODE},
    }
    answers = []
    for page, fields in forms.items():
        path = f"/request/page/{page}"
        for step in ("", "later"):
            answers.append(site.post(browser, path, {**fields, "step": step}, expected={303, 422}))
        answers.append(site.ask("GET", path, by=browser, expected={200}))
    search = f"/request/page/agency?in=US-NV&name={quote(_CODE)}"
    answers += [site.ask("GET", each, by=browser, expected={200}) for each in (REVIEW, search)]
    for answer in answers:
        if answer is not None and ("<script" in answer.text or _WORKED_OUT in answer.text):
            site.note(f"{answer.url.path}: a page carries out what was written")
    if not any(answer is not None and "{{ 1337*1337 }}" in answer.text for answer in answers):
        site.note("no page shows what was written")


def _forwarded_links(site: PublicSite) -> None:
    """Open a link as scanners do: it must change nothing, stay valid, and end when replaced."""
    owner = site.beginner()
    site.post(owner, NEED, {"issue": "before the scan"}, expected={303})
    link = site.make_link(owner)
    token = link.rpartition("/")[2]
    scanner, first = site.newcomers(2)
    site.ask("GET", link, by=first, expected={303})
    for _ in range(_SCANS):
        for method in ("GET", "HEAD"):
            opened = site.ask(method, link, by=scanner, expected={303})
            if opened is not None and token in opened.headers["location"] + opened.text:
                site.note("a link leads to an address with its token")
            scanner.cookies.clear()
        site.ask("POST", link, by=scanner, data={"csrf": ""}, expected={405})
        site.ask("POST", NEED, data={"issue": "by a scanner"}, expected={403})
        page = site.ask("GET", REVIEW, by=owner, expected={200})
        if page is not None and "before the scan" not in page.text:
            site.note("opening a link has changed the request")
    # Nobody writes in the request of another who has not been told whose it is.
    site.ask("GET", REVIEW, by=first, expected={403})
    site.post(first, NEED, {"issue": "the words of a victim"}, expected={422})
    _shows_not(site, owner, "the words of a victim")
    site.ask("GET", link, by=scanner, expected={303})
    site.make_link(owner)
    site.ask("GET", link, expected={404})


def _bodies(site: PublicSite) -> None:
    browser = site.beginner()
    send_large(site, NEED, by=browser)
    for path in ("/" + "p" * 20_000, "/?in=" + "q" * 20_000, "/continue/" + "C" * 5_000):
        site.ask("GET", path, by=browser, expected=REFUSED | {200}, may_be_cut=True)
    huge = {"cookie": f"{COOKIE}=" + "c" * 60_000}
    site.ask("GET", "/", headers=huge, expected=REFUSED | {200}, may_be_cut=True)
    send_slowly(site, NEED, meanwhile=site.check_person)
