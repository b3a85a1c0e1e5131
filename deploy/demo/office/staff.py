"""The office's staff of the demonstration: four people, each with a browser and a part of it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from deploy.demo.browsing.browser import Browser
from deploy.demo.browsing.shown_page import Link, Page
from deploy.demo.business_days import START
from deploy.demo.office import clicked
from deploy.demo.office.callers import Caller, callers
from deploy.demo.office.case_files import PATH, TRIAGE, OpenedFile
from deploy.demo.office.clicked import Clicked
from deploy.demo.office.work_table import WorkTable
from deploy.demo.progress import Stuck

Decision = Mapping[str, str]
Decide = Callable[[str], Decision | None]
"""Returns what is decided now about a request, as a ``request.direct`` says it; None: nothing."""
ADMINISTRATOR, READER, WORKER, APPROVER = "Administrator", "Reader", "Worker", "Approver"
ROLES = {READER: ["reader"], WORKER: ["worker"], APPROVER: ["approver", "worker"]}
"""Who may do what; the first role is the pseudonym, too."""
_TAKE, _GIVE_BACK, _SEND = "/items/take", "/items/give-back", ("step", "send")
_REFERRED = ("referred", "counter")
_LOOKS, _LOOK_SECONDS, _ROUND_SECONDS = 50, 0.2, 0.5
_ACTS = {"route": "look", "assign": "ask", "ineligible": "cannot-help",
         "confirm_authority": "confirm"}  # fmt: skip
"""What a ``request.direct`` does → the act on the pages."""
_REASONS = {"terms_agreed": "agreed_by_telephone", "nobody_else": "looked_up",
            "program_ended": "rules_do_not_fit"}  # fmt: skip
"""Reasons of the office's own system → those that the pages offer."""
_SETTLED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "unknown_outcome": ("arrived", {"how": "counted_as_delivered", "why": "They read it to us."}),
    "call": ("told", {"why": "We called them, and told them."}),
    "late": ("settle", {"reason": "provider_called"}),
}
"""Kinds of work that are settled after a telephone call: the act, and what is filled in."""


@dataclass(slots=True)
class Staff:
    """
    Works through the office's pages at *address*; ``decide`` knows what agencies say on a call.

    The administrator gives the others their roles. One answers calls and settles, one decides,
    one reads the list.
    """

    address: str
    decide: Decide
    callers: list[Caller] = field(default_factory=callers)
    clicked: list[Clicked] = field(default_factory=list)
    corrected: int = 0
    """How many forms came back once, with what was missing."""
    refused: int = 0
    """How many acts were not accepted, as their forms showed."""
    taken: int = 0
    """How many items were taken from the list."""
    files: list[OpenedFile] = field(default_factory=list)
    at_once: str | None = None
    """The request about which two people acted at once."""
    table: WorkTable = field(default_factory=WorkTable)
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _worker: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the worker does something that ends with another page."""
    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    async def begin(self) -> None:
        """Sign everybody in and give them their roles."""
        for name in (ADMINISTRATOR, *ROLES):
            browser = self._browsers[name] = Browser(self.address)
            await browser.sign_in(name)
        for name in ROLES:
            await self._enter(name)

    def work(self) -> None:
        """Work, until `go_home`."""
        for each in (self._read_list(), self._answer_calls(), self._decide_referred()):
            self._tasks.append(asyncio.create_task(each))

    async def go_home(self) -> None:
        """Stop working. Raises what kept a person from working."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(browser.close() for browser in self._browsers.values()))
        for each in ended:
            if isinstance(each, Exception):
                raise each

    async def look_again(self, browser: Browser) -> None:
        """Open the page of every act whose answer was not there yet."""
        for act in self.clicked:
            if not act.is_answered:
                act.says = (await browser.open(act.address)).heading

    @property
    def decided(self) -> int:
        """How many referred requests were decided."""
        return sum(act.kind in _REFERRED for act in self.clicked)

    @property
    def tried_again(self) -> int:
        """How often the pages did not answer."""
        return sum(browser.tried_again for browser in self._browsers.values())

    async def _enter(self, name: str) -> None:
        """Enter a person who has signed in, and give the role."""
        browser, alias = self._browsers[ADMINISTRATOR], ROLES[name][0]
        subject = f"stand-in-{alias}"
        page = await browser.open("/people")
        form = page.form("/people")
        page = await browser.send(form, {"name": name, "alias": alias, "subject": subject})
        form = page.form("/people/roles", subject=subject)
        page = await browser.send(form, {"roles": ROLES[name]})
        await browser.send(page.form("/people/roles"))
        await self._wait_for(self._sent(ADMINISTRATOR, "roles"))
        for _ in range(_LOOKS):  # the role is on its way; a page is not pushed
            if (await self._browsers[name].open("/")).status == HTTPStatus.OK:
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise Stuck(f"{name} has no role yet")

    async def _read_list(self) -> None:
        browser = self._browsers[READER]

        async def look() -> None:
            await self.table.read(browser.read)
            await self.look_again(browser)

        await self._in_rounds(look)

    async def _answer_calls(self) -> None:
        for caller in self.callers:
            async with self._worker:
                await self._enter_call(caller)
        await self._in_rounds(self._settle)

    async def _settle(self) -> None:
        async with self._worker:
            await self._handle(WORKER, _SETTLED)

    async def _decide_referred(self) -> None:
        await self._in_rounds(lambda: self._handle(APPROVER, _REFERRED))

    async def _in_rounds(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await work()
            await asyncio.sleep(_ROUND_SECONDS)

    async def _enter_call(self, caller: Caller) -> None:
        """Enter a caller's request, and correct what the page asks for."""
        browser = self._browsers[WORKER]
        page = await browser.open("/call")
        page = await browser.send(page.form("/call"), caller.first(today=START.date()))
        if page.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            self.corrected += 1
            whole = caller.corrected(today=START.date())
            page = await browser.send(page.form("/call"), whole)
        await self._look_again(WORKER)
        caller.act = self._sent(WORKER, "request")

    async def _handle(self, person: str, kinds: Iterable[str]) -> None:
        """Take and do what is on the list of *kinds*, one item after the other."""
        browser = self._browsers[person]
        for kind in kinds:
            page = await browser.open(f"/?kind={kind}")
            for form in page.forms:
                if not form.action.endswith(_TAKE):
                    continue
                number = form.value("next").rpartition("/")[2]
                found = self._act(kind, number)
                if found is not None:
                    case = await browser.send(form)
                    await self._do(person, kind, case, form.value("item"), *found)

    def _act(self, kind: str, number: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the act that an item needs, and what is filled in; None: it is left for now."""
        if kind in _SETTLED:
            return _SETTLED[kind]
        decision = self.decide(number)
        if decision is None:
            return None
        reason = decision["reason"]
        values = {**decision, "reason": _REASONS.get(reason, reason)}
        return _ACTS[values.pop("action")], values

    async def _do(
        self, person: str, kind: str, case: Page, item: str, act: str, values: Mapping[str, str]
    ) -> None:
        """
        Do *act* about an item that was taken, if its page still offers it.

        The first time that the approver decides, the worker, who does not have the item, decides
        the same at the same time.
        """
        if (words := self._words(case)) and person == APPROVER:
            case = await self._read_file(case, words)
        if not await self._look_over(person, case, item, act, values):
            return
        self.taken += 1
        if kind == "referred" and self.at_once is None:
            self.at_once = _number(case)
            async with self._worker:
                same = await self._browsers[WORKER].open(case.address)
                others = [WORKER] * await self._look_over(WORKER, same, "", act, values)
                await asyncio.gather(*(self._send(each) for each in (person, *others)))
                for each in others:
                    self._note(each, kind)
        else:
            await self._send(person)
        if not self._note(person, kind):
            case = await self._browsers[person].open(case.address)
            for form in case.forms:
                if form.action.endswith(_GIVE_BACK) and form.value("item") == item:
                    await self._browsers[person].send(form)

    def _words(self, case: Page) -> str:
        """Return what only the case file of a caller's request says; empty if it was read."""
        number = _number(case)
        if any(each.number == number for each in self.files):
            return ""
        called = (each.words for each in self.callers if each.tracking_number == number)
        return next(called, "")

    async def _read_file(self, case: Page, words: str) -> Page:
        """Have the approver open the file of a case, which says *words*; return to the case."""
        browser = self._browsers[APPROVER]
        page = await browser.send(case.form(f"{case.path}/file"), {"purpose": TRIAGE})
        for _ in range(_LOOKS):
            if page.heading != clicked.WAITING:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            page = await browser.open(page.address)
        actor = f"staff:{ROLES[APPROVER][0]}"
        message_id = page.path.removeprefix(PATH)
        is_shown = words in page.text
        self.files.append(OpenedFile(message_id, _number(case), actor, TRIAGE, is_shown))
        return await browser.open(case.address)

    async def _look_over(
        self, person: str, case: Page, item: str, act: str, values: Mapping[str, str]
    ) -> bool:
        """
        Fill in an act's form, up to the page that asks to confirm it.

        Without an *item*, the act is one of the case. Return False if there is nothing to do any
        more.
        """
        browser = self._browsers[person]
        link = _link_of(case, item, act)
        if link is None:
            return False
        page = await browser.open(link.address)
        if page.status != HTTPStatus.CONFLICT:
            page = await browser.send(page.form(link.path), values)
        return page.status != HTTPStatus.CONFLICT

    async def _send(self, person: str) -> None:
        """Confirm the act that is shown, and look for the answer."""
        browser = self._browsers[person]
        await browser.send(browser.page.form(browser.page.path), button=_SEND)
        await self._look_again(person)

    def _note(self, person: str, kind: str) -> bool:
        """Note what became of the act of which *person* sees the end; return if it was sent."""
        status = self._browsers[person].page.status
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            self.refused += 1
            return False
        if status != HTTPStatus.CONFLICT:  # otherwise, the item was closed meanwhile
            self._sent(person, kind)
        return True

    async def _look_again(self, person: str) -> None:
        """Look for the answer as long as the page says that there is none yet."""
        browser = self._browsers[person]
        for _ in range(_LOOKS):
            page = browser.page
            if page.heading != clicked.WAITING or page.path.startswith(clicked.PATH):
                return
            await browser.send(page.form(page.path), button=_SEND)

    def _sent(self, person: str, kind: str) -> Clicked:
        """Note the act whose page is shown. Raises Stuck if no act was sent."""
        page = self._browsers[person].page
        if not page.path.startswith(clicked.PATH):
            raise Stuck(f"{person} sent an act, and sees {page.path}: {page.heading}")
        act = Clicked(page.path.removeprefix(clicked.PATH), person, kind, page.heading)
        self.clicked.append(act)
        return act

    async def _wait_for(self, act: Clicked) -> Clicked:
        """Look for the answer a few times."""
        for _ in range(_LOOKS):
            if act.is_answered:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            act.says = (await self._browsers[act.person].open(act.address)).heading
        return act


def _number(case: Page) -> str:
    return case.path.rpartition("/")[2]


def _link_of(case: Page, item: str, act: str) -> Link | None:
    """Return the link to an act about an item; None if the page of the case has none."""
    return next(
        (
            each
            for each in case.links
            if each.path.endswith(f"/act/{act}") and each.names("item") == item
        ),
        None,
    )
