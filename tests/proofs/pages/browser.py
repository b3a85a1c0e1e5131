"""Chromium, and what is asked of a page in it."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, StorageState, async_playwright

from deploy.tools.catalog import ROOT, ToolMissing, place

SCREENSHOTS = ROOT / ".local" / "pages"
WIDE, NARROW = 1280, 390
_AXE = files("axe_playwright_python") / "axe.min.js"
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_CHANGING = re.compile(r"[0-9]{1,2}:[0-9]{2} [ap]\.m\.|/continue/\S+")
"""A time of day and a link that is shown once; pages that have them are loaded more than once."""
_STOPS = {"date": 4}
"""How many stops of the Tab key a control of this type may have: a date's parts, its calendar."""
_CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
_MOST_TABS = 200
_AT = """(({name, type}, main) => [name, type, main])(
  document.activeElement, document.activeElement.closest("main") !== null
)"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_VISIBLE = f"""[...document.querySelectorAll({_CONTROLS!r})].filter((each, _, all) => {{
  if (each.type === "radio") {{  // the Tab key reaches one of a group
    const group = all.filter(other => other.type === "radio" && other.name === each.name);
    if (each !== (group.find(other => other.checked) ?? group[0])) return false;
  }}
  const isVisible = each.checkVisibility({{visibilityProperty: true}});
  return isVisible && !each.disabled && each.tabIndex >= 0;
}})"""
_FOCUSED = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [VISIBLE.indexOf(focused), seen, focused.outerHTML.slice(0, 80)];
}""".replace("VISIBLE", _VISIBLE)


def program() -> str:
    """Return Chromium's path: ``CHROMIUM``, or the tool; raise `ToolMissing` if there is none."""
    named = os.environ.get("CHROMIUM")
    if named is None:
        return str(place("chromium"))
    if not os.access(named, os.X_OK):
        raise ToolMissing(f"CHROMIUM={named} is not a program.")
    return named


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a browser; as root it cannot have its sandbox."""
    options = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=options)
        try:
            yield browser
        finally:
            await browser.close()


async def look(
    browser: Browser,
    address: str,
    name: str,
    *,
    signed_in: StorageState | None = None,
    reach: Callable[[Page], Awaitable[None]] | None = None,
    to: Path = SCREENSHOTS,
) -> list[str]:
    """
    Return what is wrong with the page at *address*, each as a sentence.

    *signed_in* are the cookies of a person. *reach* goes on from the page to the one that is
    meant, such as one that follows a form. Screenshots without script go to the folder *to*, as
    ``<name>-<width>.png``.
    """
    opened = partial(_page, browser, address, signed_in=signed_in, reach=reach)
    faults: list[str] = []
    for width in (WIDE, NARROW):
        async with opened(width=width) as page:
            where = f"{name} at {width} px"
            faults += [f"{where}: {fault}" for fault in await _serious(page)]
            faults += [f"{where}: {fault}" for fault in await _keyboard(page)]
            with_script = await page.inner_text("body")
            faults += [f"{where}: {fault}" for fault in await _overflow(page)]
        async with opened(width=width, script=False) as page:
            if _CHANGING.sub("", await page.inner_text("body")) != _CHANGING.sub("", with_script):
                faults.append(f"{where}: the text is another one without script")
            await page.screenshot(path=to / f"{name}-{width}.png", full_page=True)
    return faults


async def fill_by_keyboard(page: Page, values: Mapping[str, str]) -> None:
    """
    Type *values* into the fields of these names that the Tab key reaches, and send the form.

    A space checks a box. The form is sent by the first button of the content after all of them.
    """
    missing = dict(values)
    for _ in range(_MOST_TABS):
        await page.keyboard.press("Tab")
        name, kind, is_main = await page.evaluate(_AT)
        if kind == "submit" and is_main and not missing:
            break
        if name in missing:
            await page.keyboard.type(missing.pop(name))
    assert not missing, missing
    async with page.expect_event("domcontentloaded"):
        await page.keyboard.press("Enter")


@asynccontextmanager
async def _page(
    browser: Browser,
    address: str,
    *,
    width: int,
    signed_in: StorageState | None,
    reach: Callable[[Page], Awaitable[None]] | None,
    script: bool = True,
) -> AsyncIterator[Page]:
    viewport: Any = {"width": width, "height": 844}
    context = await browser.new_context(
        viewport=viewport, java_script_enabled=script, storage_state=signed_in
    )
    try:
        page = await context.new_page()
        await page.goto(address)
        if reach is not None:
            await reach(page)
        yield page
    finally:
        await context.close()


async def _serious(page: Page) -> list[str]:
    """Return what axe finds, by its rules for WCAG 2.2 AA and good practice."""
    await page.evaluate(_AXE.read_text() + ";0")  # by the debugger: no policy of the page forbids
    options = {"runOnly": {"type": "tag", "values": list(_RULES)}}
    found = await page.evaluate("options => axe.run(document, options)", options)
    if not found["passes"]:
        return ["axe has checked nothing"]
    return [
        f"axe: {each['help']}: {each['nodes'][0]['html'][:120]} ({len(each['nodes'])} of them)"
        for each in found["violations"]
    ]


async def _keyboard(page: Page) -> list[str]:
    """Return what the Tab key does not reach in the order of the page, or does not show."""
    controls = await page.evaluate(f"{_VISIBLE}.length")
    faults: list[str] = []
    first = 0
    if await page.evaluate("document.activeElement !== document.body"):
        await page.evaluate(f"{_VISIBLE}[0].focus()")  # such as a page that begins at its errors
        first = 1
    for expected in range(first, controls):
        reached, seen, html = await _tab(page, expected - 1)
        if reached != expected:
            return [*faults, f"Tab number {expected + 1} reaches {html}"]
        if not seen:
            faults.append(f"the focus does not show on {html}")
    return faults


async def _tab(page: Page, at: int) -> tuple[int, bool, str]:
    """
    Press Tab to leave control number *at*, from which it may take several stops; -1 is none.

    Return the number of the control that is reached, whether the focus shows, and its HTML.
    """
    kind = await page.evaluate(f"{_VISIBLE}[{at}]?.type")
    for _ in range(_STOPS.get(kind, 1)):
        await page.keyboard.press("Tab")
        reached, seen, html = await page.evaluate(_FOCUSED)
        if reached != at:
            break
    return reached, seen, html


async def _overflow(page: Page) -> list[str]:
    """Return whether the page must be scrolled sideways, also with text twice as large."""
    faults: list[str] = []
    session = await page.context.new_cdp_session(page)
    for percent in (100, 200):
        sizes = {"standard": 16 * percent // 100}  # as in the browser's own settings
        await session.send("Page.setFontSizes", {"fontSizes": sizes})
        over = await page.evaluate(_OVERFLOW)
        if over > 0:
            faults.append(f"{over} px too wide with text at {percent} %")
    return faults
