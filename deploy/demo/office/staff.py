"""The office's staff of the demonstration: four people, each with a browser and a part of it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from deploy.demo.browsing.browser import Browser
from deploy.demo.browsing.shown_page import Page
from deploy.demo.business_days import START
from deploy.demo.office.callers import Caller, callers
from deploy.demo.office.case_files import OpenedFile
from deploy.demo.office.clicked import Clicked
from deploy.demo.office.person import LOOK_SECONDS, LOOKS, Person, link_of, number_of
from deploy.demo.office.work_table import WorkTable
from deploy.demo.progress import Stuck

Decision = Mapping[str, str]
Decide = Callable[[str], Decision | None]
"""Returns what is decided now about a request, as a ``request.direct`` says it; None: nothing."""
ADMINISTRATOR, READER, WORKER, APPROVER = "Administrator", "Reader", "Worker", "Approver"
ROLES = {READER: ["reader"], WORKER: ["worker"], APPROVER: ["approver", "worker"]}
"""Person → roles; the first role is also the person's pseudonym."""
_TAKE = "/items/take"
_REFERRED = ("referred", "counter")
_ROUND_SECONDS = 0.5
_ACTS = {"route": "look", "assign": "ask", "ineligible": "cannot-help"}
"""What a ``request.direct`` does → the act on the pages."""
_CONFIRM = "confirm"
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
    Works through the office's pages at *address*; ``decide`` returns what to decide on a request.

    The administrator gives the others their roles. One answers calls and settles, one decides,
    one reads the list.
    """

    address: str
    decide: Decide
    callers: list[Caller] = field(default_factory=callers)
    clicked: list[Clicked] = field(default_factory=list)
    corrected: int = 0
    """How many forms came back because something was missing."""
    refused: int = 0
    """How many acts were not accepted, as their forms showed."""
    taken: int = 0
    """How many items were taken from the list."""
    files: list[OpenedFile] = field(default_factory=list)
    at_once: str | None = None
    """The request about which two people acted at once."""
    was_too_late: bool = False
    """Whether the page told one of them that it was decided, before that one sent anything."""
    table: WorkTable = field(default_factory=WorkTable)
    _people: dict[str, Person] = field(default_factory=dict)
    _worker: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the worker does something that takes several pages."""
    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)
    _is_over: bool = False
    _left: set[str] = field(default_factory=set)
    """The items about which an act was refused; nobody tries again."""

    async def begin(self) -> None:
        """Sign everybody in and give them their roles."""
        for name in (ADMINISTRATOR, *ROLES):
            alias = ROLES.get(name, [name.lower()])[0]
            person = self._people[name] = Person(name, alias, Browser(self.address))
            await person.browser.sign_in(name)
        for name in ROLES:
            await self._enter(name)

    def work(self) -> None:
        """Work, until `go_home`."""
        for each in (self._read_list(), self._answer_calls(), self._decide_referred()):
            self._tasks.append(asyncio.create_task(each))

    async def go_home(self) -> None:
        """Finish what is being done, and stop. Raise the error that stopped a person, if any."""
        self._is_over = True
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(person.browser.close() for person in self._people.values()))
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
        return sum(person.browser.tried_again for person in self._people.values())

    async def _enter(self, name: str) -> None:
        """Enter a person who has signed in, and give the role."""
        person, administrator = self._people[name], self._people[ADMINISTRATOR]
        browser, subject = administrator.browser, f"stand-in-{person.alias}"
        page = await browser.open("/people")
        form = page.form("/people")
        entry = {"name": name, "alias": person.alias, "subject": subject}
        page = await browser.send(form, entry)
        form = page.form("/people/roles", subject=subject)
        page = await browser.send(form, {"roles": ROLES[name]})
        await browser.send(page.form("/people/roles"))
        act = administrator.sent("roles")
        self.clicked.append(act)
        await administrator.wait_for(act)
        for _ in range(LOOKS):  # the role takes a moment, and a page does not reload by itself
            if (await person.browser.open("/")).status == HTTPStatus.OK:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise Stuck(f"{name} has no role yet")

    async def _read_list(self) -> None:
        browser = self._people[READER].browser

        async def look() -> None:
            await self.table.read(browser.read)
            await self.look_again(browser)

        await self._in_rounds(look)

    async def _answer_calls(self) -> None:
        for caller in self.callers:
            async with self._worker:
                if not self._is_over:
                    await self._enter_call(caller)
        await self._in_rounds(self._settle)

    async def _settle(self) -> None:
        async with self._worker:
            await self._handle(WORKER, _SETTLED)

    async def _decide_referred(self) -> None:
        await self._in_rounds(lambda: self._handle(APPROVER, _REFERRED))

    async def _in_rounds(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while not self._is_over:
            await work()
            await asyncio.sleep(_ROUND_SECONDS)

    async def _enter_call(self, caller: Caller) -> None:
        """Enter a caller's request, and correct what the page asks for."""
        worker = self._people[WORKER]
        browser = worker.browser
        page = await browser.open("/call")
        page = await browser.send(page.form("/call"), caller.first(today=START.date()))
        if page.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            self.corrected += 1
            whole = caller.corrected(today=START.date())
            page = await browser.send(page.form("/call"), whole)
        await worker.look_again()
        caller.act = worker.sent("request")
        self.clicked.append(caller.act)

    async def _handle(self, name: str, kinds: Iterable[str]) -> None:
        """Take and do what is on the list of *kinds*, one item after the other."""
        person = self._people[name]
        browser = person.browser
        for kind in kinds:
            page = await browser.open(f"/?kind={kind}")
            for form in page.forms:
                item = form.value("item")
                if self._is_over or item in self._left or not form.action.endswith(_TAKE):
                    continue
                number = form.value("next").rpartition("/")[2]
                found = self._act(kind, number)
                if found is not None:
                    case = await browser.send(form)
                    await self._do(person, kind, case, item, *found)

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
        self, person: Person, kind: str, case: Page, item: str, act: str, values: Decision
    ) -> None:
        """
        Do *act* about an item that was taken, if its page still offers it.

        Where the page asks to make sure first that the agency's executive wants help, do that.
        The first time that somebody decides, the worker, who does not have the item, decides the
        same at the same time.
        """
        if kind in _REFERRED and (words := self._unread_words(case)):
            self.files.append(await person.read_file(case, words))
        if kind in _REFERRED and link_of(case, item, _CONFIRM) is not None:
            act, values = _CONFIRM, {"basis": "call_back", "reason": "agency_called"}
        if not await person.look_over(case, item, act, values):
            return
        self.taken += 1
        if kind == "referred" and self.at_once is None:
            await self._act_at_once(person, case, act, values)
        else:
            await person.confirm()
        if not self._note(person, kind):
            self._left.add(item)
            await person.give_back(case, item)

    async def _act_at_once(self, person: Person, case: Page, act: str, values: Decision) -> None:
        """Have *person* confirm an act, and the worker the same one at the same time."""
        worker = self._people[WORKER]
        async with self._worker:
            same = await worker.browser.open(case.address)
            if not await worker.look_over(same, "", act, values):
                await person.confirm()
                return
            self.at_once = number_of(case)
            await asyncio.gather(person.confirm(), worker.confirm())
            self.was_too_late = worker.browser.page.status == HTTPStatus.CONFLICT
            self._note(worker, "referred")

    def _unread_words(self, case: Page) -> str:
        """Return what only the case file of a caller's request says; empty if it was read."""
        number = number_of(case)
        if any(each.number == number for each in self.files):
            return ""
        called = (each.words for each in self.callers if each.tracking_number == number)
        return next(called, "")

    def _note(self, person: Person, kind: str) -> bool:
        """Note the outcome of an act as *person* sees it; return False if it was refused."""
        status = person.browser.page.status
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            self.refused += 1
            return False
        if status != HTTPStatus.CONFLICT:  # otherwise, the item was closed meanwhile
            self.clicked.append(person.sent(kind))
        return True
