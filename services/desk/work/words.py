"""The sentences of the work list: why an item is there, and what happens if nobody acts. Pure."""

_REFERRED = {
    "authority_not_confirmed": "Nobody has made sure that the agency's executive wants this.",
    "ori_not_listed": "The agency's ORI is in no agency list, so no rule may place the request.",
    "no_ori": "The agency named no ORI, so no rule may place the request.",
    "ori_ambiguous": "Several listed agencies share this ORI, so no rule may place the request.",
    "state_not_as_listed": "The agency list has this ORI in another state.",
    "name_not_as_listed": "The agency list has another name under this ORI.",
    "no_candidate": "No provider fits this request by rule.",
    "calendar_ended": "No date for an answer can be set: the calendar has ended.",
    "engagement_ended": "The work with its provider ended, and a person decides what comes next.",
    "program_not_offered": "Its program has ended.",
    "no_ruleset": "No rule set is in force.",
}
REFERRED_OTHERWISE = "The request stays where it is, and the agency is told that we are late."
COUNTER = "A provider would help on other terms, and a person decides about them."
COUNTER_OTHERWISE = "The agency and the provider hear nothing, and the agency is told we are late."
_LATE = {
    "engagement_silence": "The provider has reported no progress for the agreed time.",
}
LATE_OTHERWISE = "The agency is told again and again that its help is late."
WAITS_LONG = "The request has waited for 30 days."
WAITS_LONG_OTHERWISE = "It keeps its place and waits on."
_SUSPENDED = {
    "provider_suspended": "The provider of this work is suspended; the work goes on.",
    "program_suspended": "The program of this work is suspended; the work goes on.",
    "program_ended": "The program of this work has ended; the work goes on.",
}
STOPPED = "The program of this work is suspended, and the work is stopped."
SUSPENDED_OTHERWISE = "The work stays as it is until the provider or program takes part again."
_REHOME = {
    "program_ended": "The program of this work has ended, and another is to go on with it.",
    "provider_ended": "The provider of this work no longer takes part.",
    "provider_not_registered": "The provider of this work is no longer connected.",
}
REHOME_OTHERWISE = "The work stays with a provider that may not go on, and the agency is told."
UNKNOWN_OUTCOME = "Nobody can say whether an email arrived: its sending broke off."
UNKNOWN_OTHERWISE = "The email is not sent again, and the recipient may never hear of it."
CALL = "There is news for this agency, and no email reaches it: somebody must call."
CALL_OTHERWISE = "The agency does not hear of it."
NOT_REACHED = "An email did not arrive, and no other contact could be written to instead."
NOT_REACHED_OTHERWISE = "These people do not hear of it, unless they look at their own system."
NO_LIVING_CONTACT = "No email reaches this participant any more: each of its addresses is dead."
NO_LIVING_CONTACT_OTHERWISE = "Its people hear of nothing, unless they look at their own system."


def referred(reason: str, otherwise: str) -> str:
    """Return why a referred request is here; *otherwise* if the reason is a later release's."""
    return _REFERRED.get(reason, otherwise)


def late(clock: str) -> str:
    """Return why a clock that ran out is here."""
    return _LATE.get(clock, "What was awaited has not happened in time.")


def suspended(cause: str, *, stopped: bool) -> str:
    """Return why work is here whose provider or program does not take part."""
    if stopped:
        return STOPPED
    return _SUSPENDED.get(cause, "The provider or program of this work does not take part.")


def rehome(cause: str) -> str:
    """Return why work is here that another provider should go on with."""
    return _REHOME.get(cause, "Another provider is to go on with this work.")
