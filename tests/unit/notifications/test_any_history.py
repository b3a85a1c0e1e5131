"""Any history of routing events is decided once per audience and keeps secrets."""

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.audiences.audience import NotNeeded, Send, View
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory
from services.notifications.decide import decide
from services.notifications.messages import draft
from shared.contracts.outbound import TYPES
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    ENGAGEMENT,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    made,
    offer,
    opened,
    state,
)

DIRECTORY = Directory({PROVIDER: "IACP"}, {"cri-tac": "CRI-TAC"}, (OFFICE, "second-office"))
SECRET = "what was told in confidence"
HISTORIES = st.lists(
    st.sampled_from(
        [
            ("request_triaged", state("triaged", decision=DECISION)),
            ("request_waitlisted", state("waiting", reason="no_capacity", decision=DECISION)),
            ("request_referred", state("referred", reason="countered", decision=DECISION)),
            ("request_ineligible", state("ineligible", reasons=[], decision=DECISION)),
            ("offer_made", made()),
            ("offer_made", made(provider="fop")),
            ("offer_declined", offer("triaged", reason="countered")),
            ("offer_lapsed", offer("triaged")),
            ("offer_withdrawn", offer("triaged")),
            ("engagement_opened", opened()),
            (
                "engagement_progressed",
                engagement("in_delivery", milestone="on_site", on="2026-05-01"),
            ),
            ("engagement_closed", engagement("closed", reason="unheard_of")),
            (
                "request_withdrawn",
                state("withdrawn", before="referred", provider=PROVIDER, engagement_id=ENGAGEMENT),
            ),
            ("clock_missed", state("offered", clock="triage.standard", due_at=AT)),
        ]
    ),
    max_size=12,
)


@given(HISTORIES)
def test_each_audience_gets_one_notice_and_only_the_engaged_provider_gets_the_need(
    history: list[tuple[str, dict[str, object]]],
) -> None:
    log = Log()
    request = evolve(None, log.accepted(), DIRECTORY)

    for name, data in history:
        event = log.routed(name, data)
        after = evolve(request, event, DIRECTORY)
        view = View(AT, DIRECTORY, request, after, need=f'{{"issue":"{SECRET}"}}')
        notices = decide(event, view)

        assert (after, notices) == (evolve(request, event, DIRECTORY), decide(event, view))
        audiences = [notice.audience for notice in notices]
        assert len(audiences) == len(set(audiences))
        assert AGENCY in audiences
        for notice in notices:
            match notice:
                case Send():
                    hears = SECRET.encode() in draft(notice).data
                    assert hears == (notice.type == TYPES["engagement_opened"])
                    assert not hears or notice.audience == event.data.provider
                case NotNeeded():
                    assert notice.because
        request = after
        if name != "clock_missed":
            assert request.status == event.data.status
