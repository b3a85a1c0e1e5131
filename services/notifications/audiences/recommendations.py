"""Messages about recommendations of an assessment."""

from services.notifications.audiences.audience import View
from shared.clocks.written import day_in_words
from shared.contracts import reporting
from shared.contracts.outbound import RecommendationChanged


def changed(event: reporting.RecommendationChanged, _: View) -> RecommendationChanged:
    """Tell the provider what the agency or the program office said about a recommendation."""
    data = event.data
    return RecommendationChanged(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        recommendation=data.recommendation,
        change=data.change,
        status=data.status,
        reason_code=data.reason_code,
        on=data.on,
        sentence=_sentence(data),
    )


def _sentence(data: reporting.RecommendationFacts) -> str:
    number, day = data.recommendation, day_in_words(data.on)
    status = None if data.status is None else data.status.replace("_", " ")
    holds = "No status is verified yet." if status is None else f"The verified status is {status}."
    match data.change:
        case "claimed":
            return (
                f"The agency says that recommendation {number} was carried out on {day}. {holds}"
            )
        case "verified":
            return f"The status of recommendation {number} is verified: {status}, from {day} on."
        case "returned":
            return (
                f"The program office has returned a status of recommendation {number}. {holds}"
                " Please propose a status again."
            )
