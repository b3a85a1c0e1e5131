"""Says why nothing of the public desk is rebuilt: the topic it reads is kept for a day."""

from continuum.rebuild.tables import Tables
from services.webdesk.acts import parse


async def _save(_: object, __: object) -> None: ...


WEBDESK = Tables(
    names=(),
    kept={
        ("drafts", "sessions", "starts"): "are what people write, and where they do so",
        ("asks", "link_uses"): "are counted for an hour or a day, to limit them",
        ("requests", "told"): "come from a topic that is kept for a day",
        ("codes", "codes_asked"): "are codes that wait to be entered",
        ("offers", "engagements"): "come from a topic that is kept for a day",
        ("provider_acts",): "are what people of providers did, and the answers",
        ("provider_sessions",): "are browsers of people of providers",
        ("reports",): "come from a topic that is kept for a day",
        ("readings", "report_acts"): "are what contacts read of reports, and what they answered",
    },
    topics=frozenset(),
    make="",
    see="",
    repair="",
    parse=parse,
    begin=list,
    decide=list.append,
    save=_save,
)
