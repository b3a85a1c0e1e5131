"""What people at the desk clicked, and what the pages said of it."""

from dataclasses import dataclass

PATH = "/acts/"
WAITING, _REFUSED, _NUMBER = (
    "Sent, waiting for the answer",
    "This was not accepted",
    "The number is ",
)


@dataclass(slots=True)
class Clicked:
    """An act that a person sent; ``says`` is the heading of its page when last looked at."""

    message_id: str
    person: str
    kind: str
    says: str = WAITING

    @property
    def address(self) -> str:
        """The path of its page."""
        return f"{PATH}{self.message_id}"

    @property
    def is_answered(self) -> bool:
        """Whether its page shows an answer; otherwise it says that none is known yet."""
        return self.says != WAITING

    @property
    def is_refused(self) -> bool:
        """Whether its page shows that it was not accepted."""
        return self.says == _REFUSED

    @property
    def tracking_number(self) -> str | None:
        """The number that its page shows, if a request was entered."""
        return self.says.removeprefix(_NUMBER) if self.says.startswith(_NUMBER) else None
