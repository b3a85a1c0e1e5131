"""Renders pages from templates: plain HTML without scripts or foreign resources."""

from datetime import date, datetime
from hashlib import sha256
from importlib import resources
from types import CodeType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.web.settings import PageSettings

STYLE = (resources.files(__package__) / "templates" / "pages.css").read_bytes()
STYLE_PATH = f"/pages-{sha256(STYLE).hexdigest()[:12]}.css"
"""The address changes with the style, so that browsers may keep it."""


class _Compiled(BytecodeCache):
    """The code of every template that this process has compiled."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()
"""Shared by all `Views`, so that tests, which make new ones, compile each template only once."""


class Views:
    """
    The templates of a package and the ones here, with the values that every page shows.

    A template of the package replaces the one here with the same name.
    """

    def __init__(self, package: str, settings: PageSettings, **shown: Any) -> None:
        self._zone = ZoneInfo(settings.office_zone)
        self._templates = Environment(
            loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=_COMPILED,
        )
        self._templates.globals.update(
            style=STYLE_PATH,
            telephone=settings.office_telephone,
            languages=settings.office_languages,
            **shown,
        )
        self._templates.filters.update(when=self.when, day=day)
        for name in self._templates.list_templates(extensions=["j2"]):
            self._templates.get_template(name)  # a broken template fails at start

    def render(self, template: str, **values: Any) -> str:
        """Return the page of *template*."""
        return self._templates.get_template(f"{template}.html.j2").render(**values)

    def when(self, at: datetime) -> str:
        """Return a time in words, with its zone."""
        local = at.astimezone(self._zone)
        half = "a.m." if local.hour < 12 else "p.m."
        hour = local.hour % 12 or 12
        return f"{day(local)}, {hour}:{local:%M} {half} {local.tzname()}"


def day(on: date) -> str:
    """Return a date in words."""
    return f"{on:%B} {on.day}, {on.year}"


async def _style(_: Request) -> Response:
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(STYLE, media_type="text/css", headers=kept)


STYLE_ROUTE = Route(STYLE_PATH, _style, methods=["GET"])
