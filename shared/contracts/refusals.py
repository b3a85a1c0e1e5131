"""
The catalog of refusals: every code, its texts, and the services that use it.

A code has several texts only where the difference matters; each text has a name. No other module
writes a code or a text, and `docs/integrate.md` lists the same codes; tests check both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from shared.contracts.intake import Reason

Service = str
"""One of `shared.contracts.services.SERVICES`; a test compares it with the uses of each text."""
LONGEST_FIELD = 2_000
"""Maximum number of characters that a text takes from a field."""
NO_FIELDS: Mapping[str, Any] = {}
_AND_ROUTING: tuple[Service, ...] = ("intake", "routing")
_AND_NOTIFICATIONS: tuple[Service, ...] = ("intake", "notifications")
_AND_REPORTING: tuple[Service, ...] = ("intake", "reporting")
_ROUTING: tuple[Service, ...] = ("routing",)
_NOTIFICATIONS: tuple[Service, ...] = ("notifications",)
_REPORTING: tuple[Service, ...] = ("reporting",)
_ALL: tuple[Service, ...] = (*_AND_ROUTING, *_NOTIFICATIONS, *_REPORTING)


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One text: what is wrong (``message``), what would be accepted (``fix``), and its services.

    Both are templates with named fields. ``elsewhere`` says where else to find help.
    """

    code: str
    message: str
    fix: str
    services: tuple[Service, ...] = ("intake",)
    elsewhere: str | None = None

    def reason(self, path: str, fields: Mapping[str, Any] = NO_FIELDS) -> Reason:
        """Return the reason at *path*; *fields* are strings, numbers or lists of strings."""
        shown = {name: _shown(value) for name, value in fields.items()}
        message, fix = self.message.format_map(shown), self.fix.format_map(shown)
        return Reason(code=self.code, path=path, message=message, fix=fix)

    @property
    def in_envelope(self) -> "Refusal":
        """The refusal for an envelope attribute, whose form is defined by CloudEvents."""
        return replace(self, code="not_cloudevents") if self.code == "schema" else self


def _shown(value: Any) -> str:
    """Return *value* as text of bounded length; it is never interpreted as a template."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        lengths = accumulate(len(text) + 2 for text in value)
        fitting = sum(length <= LONGEST_FIELD for length in lengths)
        more = f" and {len(value) - fitting} more" if fitting < len(value) else ""
        return ", ".join(value[:fitting]) + more
    text = str(value)
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"


# The record itself
NO_VALUE = Refusal("tombstone", "The record has no value.", "Send the message as its value.")
TOO_MANY_BYTES = Refusal("too_large", "The message is too large.", "At most {most} bytes.")
TOO_MANY_VALUES = Refusal("too_large", "The message has too many values.", "At most {most}.")
TOO_DEEP = Refusal("too_deep", "The message is nested too deep.", "At most {most} levels.")
NOT_UTF_8 = Refusal("wrong_encoding", "The message is not UTF-8.", "UTF-8 without a mark.")
HALF_A_PAIR = Refusal(
    "wrong_encoding",
    "A text here holds half of a surrogate pair.",
    "Write whole characters, in UTF-8 or escaped as pairs.",
)
NOT_JSON = Refusal("not_json", "The message is not JSON.", "Send one JSON object.")
SERIALIZER_PREFIX = Refusal(
    "not_json",
    "The five bytes of a schema registry's serializer stand before the JSON.",
    "Use a serializer that writes the JSON text alone.",
)
DUPLICATE_KEY = Refusal(
    "duplicate_key", "A key stands here more than once.", "Write each key once."
)
NOT_AN_EVENT = Refusal(
    "not_cloudevents",
    "The message is not a JSON object.",
    "Send one CloudEvents 1.0 event in structured JSON mode.",
)
BINARY_MODE = Refusal(
    "not_cloudevents",
    "Attributes in headers (binary mode) are not read.",
    "Send the whole event in the value (structured JSON mode).",
)
UNKNOWN_TYPE = Refusal("unknown_type", "There is no such type.", "One of {types}.")
UNSUPPORTED_VERSION = Refusal(
    "unsupported_version", "This version of the type is not supported.", "Use {name}.v1."
)
NOT_PROCESSABLE = Refusal(
    "not_processable",
    "The record could not be processed. The fault is ours; the record is kept.",
    "Nothing came of it: send it again later, under the same id and reference.",
)
DELETED_UNREAD = Refusal(
    "deleted_unread",
    "The topic deleted the record before it was read, for its age or for want of room.",
    "Nothing came of it: send it again, under the same id and reference.",
)

# Sender and duplicates
PARTICIPANT_NOT_REGISTERED = Refusal(
    "source_not_registered",
    "The participant of this topic is not registered.",
    "Ask the program office to register it.",
)
SOURCE_NOT_REGISTERED = Refusal(
    "source_not_registered",
    "This is not a source of this participant.",
    "Begin it with one of {sources}.",
)
ROLE_NOT_AUTHORIZED = Refusal(
    "role_not_authorized",
    "A participant of kind {kind} does not send this type.",
    "It is sent by {kinds}.",
)
NOT_THE_PROVIDERS_REASON = replace(
    ROLE_NOT_AUTHORIZED,
    message="A provider does not end an engagement for this reason.",
    fix="The program office ends it, or the agency withdraws; if you cannot go on, close with"
    " cannot_go_on.",
)
NOT_OF_A_CALLER = replace(
    ROLE_NOT_AUTHORIZED,
    message="Only a program office says this, of a request that it enters for a caller.",
    fix="Leave it out.",
)
NOT_OF_THIS_BASIS = replace(
    ROLE_NOT_AUTHORIZED,
    message="Participants of your kind do not rely on this.",
    fix="Say what you rely on: one of {bases}.",
)
NOT_REACHED_BY_DESK = replace(
    ROLE_NOT_AUTHORIZED,
    message="The sender may not act for this participant.",
    fix="The public desk acts for participants that are registered as reached by it; others leave"
    " onbehalfof out.",
)
REACHED_BY_DESK = replace(
    ROLE_NOT_AUTHORIZED,
    message="This participant is registered as one without a system, reached by the public desk.",
    fix="Act through the public desk, or ask the program office to register you with a topic.",
)
ACTOR_NEEDED = Refusal(
    "actor_needed",
    "The message does not say who acts.",
    "Name the person who acts in actor, by a pseudonym such as staff:k7f2.",
)
ACTOR_NOT_AUTHORIZED = Refusal(
    "actor_not_authorized",
    "The person who acts may not do this.",
    "It takes one of these roles: {roles}. An administrator gives roles by staff.set.",
)
ID_REUSED = Refusal(
    "id_reused_with_other_content",
    "This id was used before with other content.",
    "Use a new id; to change a request, send request.amend.",
)
REFERENCE_REUSED = Refusal(
    "reference_reused_with_other_content",
    "This reference was used before with other content.",
    "Use a new reference; to change a request, send request.amend.",
)
TOO_OFTEN = Refusal(
    "too_often",
    "This list was asked for moments ago.",
    "Ask for its first page once in {seconds} seconds, and for up to {pages} more"
    " by the next of the answer.",
)
TOO_MANY_FILES = replace(
    TOO_OFTEN,
    message="Your office has asked for many case files within moments.",
    fix="Ask for at most {files} in {seconds} seconds.",
)
TOO_MANY_REPORTS = replace(
    TOO_OFTEN,
    message="You have asked for the texts of many reports within moments.",
    fix="Ask for at most {reports} in {seconds} seconds.",
)

# Format of single fields
MISSING = Refusal("schema", "This field is required.", "Add it.")
UNKNOWN_FIELD = Refusal(
    "schema",
    "There is a field here that this type does not have.",
    "Remove it; {schema} of the contract lists the fields of this type.",
)
UNKNOWN_FIELD_NAMED = replace(UNKNOWN_FIELD, message="This type has no such field: {names}.")
TOO_MANY_FIELDS = Refusal(
    "schema",
    "This object has more fields than any type has.",
    "At most {most}; {schema} of the contract lists the fields there are.",
)
NOT_A_TEXT = Refusal("schema", "This is not a text.", "Write a text in quotation marks.")
NOT_A_WHOLE_NUMBER = Refusal(
    "schema", "This is not a whole number.", "Write a number without a fraction."
)
NOT_A_BOOLEAN = Refusal("schema", "This is neither true nor false.", "Write true or false.")
NOT_A_LIST = Refusal("schema", "This is not a list.", "Write a list in square brackets.")
NOT_AN_OBJECT = Refusal("schema", "This is not an object.", "Write an object in braces.")
TEXT_TOO_LONG = Refusal("schema", "This text is too long.", "At most {max_length} characters.")
TEXT_TOO_SHORT = Refusal(
    "schema", "This text is too short.", "At least {min_length} character(s)."
)
LIST_TOO_LONG = Refusal("schema", "This list is too long.", "At most {max_length} entries.")
LIST_TOO_SHORT = Refusal("schema", "This list is too short.", "At least {min_length} entry.")
PATTERN = Refusal("schema", "This text does not have its form.", "It must match {pattern}")
CONTENT_TYPE = replace(PATTERN, fix="Write application/json.")
NOT_REGISTERED_VALUE = Refusal(
    "schema", "This is none of the registered values.", "One of {expected}."
)
NOT_AN_OFFICE = Refusal(
    "schema", "This is not a program office.", "One that is registered: {offices}."
)
UNKNOWN_STATE = Refusal(
    "schema",
    "This is none of the 57 codes of states.",
    "A code of ISO 3166-2:US, such as US-CA, US-DC or US-PR.",
)
NOT_A_DATE = Refusal("schema", "This is not a date.", "Write it as in 2026-03-02.")
NOT_A_TIME = Refusal("schema", "This is not a time.", "Write it as in 2026-03-02T15:04:05-08:00.")
NOT_RFC_3339 = Refusal(
    "schema", "This is not a time of RFC 3339.", f"{NOT_A_TIME.fix} Seconds are required."
)
NO_OFFSET = Refusal("schema", "This time has no offset.", "Add one, such as Z or -05:00.")
NUMBER_AS_TIME = Refusal(
    "schema",
    "This is a number where a date or time belongs.",
    "Write it as in 2026-03-02 or 2026-03-02T15:04:05-08:00.",
)
NOT_AN_EMAIL = Refusal(
    "schema", "This is no e-mail address.", "Write it as in desk@agency.example."
)
UNKNOWN_ZONE = Refusal("schema", "There is no such time zone.", "As in America/New_York.")
NOT_A_TRACEPARENT = Refusal(
    "schema", "This is not a traceparent of W3C's Trace Context.", "Leave it out."
)
BLANK = Refusal(
    "schema", "Nothing that can be seen stands here.", "Say it, or leave the field out."
)
SPACE_AT_AN_END = Refusal(
    "schema", "White space stands before or after this text.", "Leave it out."
)
UNSEEN_CHARACTER = Refusal(
    "schema",
    "A control, bidirectional or invisible character stands in this line.",
    "Leave it out. Line breaks are for fields with more than 200 characters.",
)
NOT_ALLOWED = Refusal("schema", "This value is not allowed here.", "See {schema} of the contract.")
NUMBER_TOO_SMALL = Refusal("value_out_of_range", "This number is too small.", "At least {ge}.")
NUMBER_TOO_LARGE = Refusal("value_out_of_range", "This number is too large.", "At most {le}.")
NUMBER_NOT_EXACT = Refusal(
    "value_out_of_range",
    "This number is too far from zero.",
    "Stay within -9007199254740991 and 9007199254740991.",
)
YEAR_OUT_OF_RANGE = Refusal(
    "value_out_of_range", "This year is out of range.", "Between {first} and {last}."
)
NUL_CHARACTER = Refusal(
    "value_out_of_range", "A text here holds a NUL character.", "Leave it out."
)
PROTECTED_IDENTIFIER = Refusal(
    "contains_protected_identifier",
    "This text seems to hold a Social Security or FBI number.",
    "Leave out what identifies a person in criminal justice records.",
)

# Fields that contradict each other or the catalog
END_BEFORE_BEGINNING = Refusal(
    "dates_contradict", "The end is before the beginning.", "Exchange or correct the dates."
)
DATE_IN_FUTURE = Refusal(
    "dates_contradict",
    "This date was in the future when the message came in.",
    "Correct the date.",
)
RECEIVED_BEFORE_FIRST_CONTACT = Refusal(
    "dates_contradict",
    "The request came before the first contact.",
    "Exchange or correct the dates.",
)
CLOSES_BEFORE_OPENING = Refusal(
    "dates_contradict", "It closes before it opens.", "Exchange or correct the dates."
)
VERSION_NOT_NEXT = Refusal(
    "version_not_next",
    "This is not the next version of this solicitation.",
    "The next version is {next}.",
)
DRAFT_NOT_NEXT = Refusal(
    "version_not_next",
    "This is not the next version of this finding or recommendation.",
    "The next version is {next}.",
    _REPORTING,
)
CAPACITY_RUN_OUT = Refusal(
    "dates_contradict", "This capacity has run out already.", "Name a later time."
)
UNKNOWN_TOPIC = Refusal(
    "unknown_topic",
    "This topic is not in the catalog.",
    "Use a topic of the catalog, or 'other' with other_topic.",
)
OTHER_NOT_SAID = Refusal(
    "unknown_topic", "The topic 'other' is not said in words.", "Say it in other_topic."
)
OTHER_NO_LONGER_SAID = Refusal(
    "schema",
    "The topic 'other' would no longer be said in words.",
    "Say it in words, or change the topics as well.",
)
UNKNOWN_SERVICE_FORM = Refusal(
    "unknown_service_form", "This service form is not registered.", "One of {forms}."
)
UNKNOWN_PROGRAM = Refusal(
    "unknown_program", "There is no such program.", "Defined are: {programs}."
)
PROGRAM_UNKNOWN_OR_ENDED = Refusal(
    "unknown_program",
    "There is no such program, or it has ended.",
    "Name a program that is open or announced.",
    _ROUTING,
)
UNKNOWN_PROVIDER = Refusal(
    "unknown_provider",
    "No such provider is listed.",
    "Name a provider that was listed by provider.list.",
    _AND_ROUTING,
)
NOT_CLEARABLE = Refusal(
    "schema", "This field cannot be cleared.", "Leave it out: it stays as it is."
)
NOT_SAID_OF_A_CALLER = Refusal(
    "schema", "Of a request that an office enters for a caller, this is required.", "Add it."
)
NOT_SAID_AT_THE_DESK = Refusal(
    "schema", "Of the request of an agency without a system, this is required.", "Add it."
)
CODE_WITHOUT_ADDRESS = Refusal(
    "schema",
    "An address is named with code_to_address, and only then.",
    "Name the address to which the code went, or leave it out.",
)
DECLINE_WITHOUT_REASON = Refusal("schema", "A decline needs its reason.", "Add a reason code.")
CANNOT_GO_ON_WITHOUT_WORDS = Refusal(
    "schema", "Why you cannot go on is not said.", "Say it to the program office in note."
)
COUNTER_WITHOUT_TERMS = Refusal(
    "schema", "A counter needs its terms.", "Add from, until or forms."
)
CONFIRMED_WITHOUT_BASIS = Refusal(
    "schema", "What the authority relies on is missing.", "Name a basis."
)
ASSIGN_WITHOUT_PROVIDER = Refusal(
    "schema", "Who it is assigned to is missing.", "Name a provider."
)
MAIL_OR_NOTICE = Refusal(
    "schema",
    "What is settled is either a mail, or a notice to one audience.",
    "Name mail alone, or notice and audience.",
)
NOT_HOW_IT_IS_SETTLED = Refusal(
    "schema",
    "A mail is not settled in this way, or a notice is not.",
    "Use told_otherwise for a notice; counted_as_delivered, sent_again or dropped for a mail.",
)
DISPUTE_WITHOUT_WORDS = Refusal(
    "schema", "What is disputed needs words.", "Say what is wrong, for publication."
)
TITLE_NOT_A_LINE = Refusal(
    "schema",
    "A title is one line of at most 200 characters, without invisible ones.",
    "Write it like that; the title of a focus area, too.",
)
TOO_LONG = Refusal(
    "too_long", "This text is too long.", "At most {most} characters: a reply is never shortened."
)
REPORT_TOO_LONG = replace(
    TOO_LONG,
    message="This report is too long.",
    fix="At most {most} bytes as JSON: draft several reports.",
    services=_REPORTING,
)
STATUS_WITHOUT_REASON = Refusal(
    "schema", "This status or decision needs its reason.", "Add a reason code."
)
PAGE_OF_NO_LIST = Refusal("schema", "Only a list has pages.", "Leave it out.")

# Agencies
KEY_BESIDE_ORI = Refusal(
    "schema", "An agency with an ORI has no key beside it.", "Leave out one of the two."
)
AGENCY_NOT_REGISTERED = Refusal(
    "ori_not_registered_for_participant",
    "{participant} may not speak for this agency.",
    "Submit for one of your {count} registered {what}, or ask the program office to"
    " register this one.",
)
NO_AGENCY_REGISTERED = replace(
    AGENCY_NOT_REGISTERED,
    fix="No {what} are registered for you: ask the program office to register this one.",
)
FEDERAL_AGENCY = Refusal(
    "agency_not_eligible",
    "No program serves federal agencies.",
    "There is nothing to correct; elsewhere says who helps a federal agency.",
    elsewhere="Federal agencies are not served by the Collaborative Reform Initiative. Ask your"
    " own department's training office or the Federal Law Enforcement Training Centers.",
)
AGENCY_NOT_SERVED = Refusal(
    "agency_not_eligible",
    "The program does not serve this agency.",
    "See which program serves it; there is nothing to correct in the request.",
    _ROUTING,
)
EXCLUDED_BY_RULE = replace(AGENCY_NOT_SERVED, message="{because}")

# Registrations
RESERVED_ID = Refusal(
    "reserved",
    "This id is reserved for the system itself.",
    "Choose another id, such as the organization's name.",
)
ONE_AGENCY_DESK = Refusal(
    "reserved",
    "There is one participant of this kind: the public desk.",
    "Register it as web-desk, and others as what they are.",
)
HAS_A_SYSTEM = Refusal(
    "schema",
    "Only an agency system and a provider may be reached by the public desk.",
    "Leave reached_by out.",
)
NOT_A_URI = Refusal("schema", "This is no URI that could begin a source.", "Write it as in {own}.")
RESERVED_SOURCE = Refusal(
    "reserved",
    "Of the sources that begin with urn:cri, this participant has only its own.",
    "Use {own}, or a URI of the organization's own.",
)
SOURCE_TAKEN = Refusal(
    "source_taken",
    "Another participant is registered with this source, or with a part of it.",
    "Use {own}, or a URI of the organization's own.",
)

# Rule sets
RULE_ID_TWICE = Refusal("schema", "Another rule has this id.", "Give each rule its own.")
LANE_TWICE = Refusal("schema", "A lane stands here twice.", "Name each pace once.")
UNKNOWN_CLOCK = Refusal("schema", "A clock here is not registered.", "One of {clocks}.")
UNKNOWN_FACT = Refusal("schema", "There is no such fact.", "One of {facts}.")
UNKNOWN_FACT_IN_BRACES = Refusal(
    "schema", "A name in braces is not that of a fact.", "One of {facts}."
)
NOT_ONE_TEST = Refusal("schema", "A condition has exactly one test.", "Split it, or add the test.")
IMPOSSIBLE_VALUE = Refusal("schema", "The fact never has this value.", "One of {codes}.")
CALENDAR_IS_OVER = Refusal(
    "schema",
    "This calendar has ended: it lasts until the end of the year of its last holiday.",
    "Add the holidays of this year and of those to come.",
)

# The request, offer or engagement, and its state
UNKNOWN_REQUEST = Refusal(
    "unknown_request",
    "No request has this number.",
    "Check it; its last character is a check character. status.ask with about all lists yours.",
    _AND_NOTIFICATIONS,
)
UNKNOWN_OFFER = Refusal(
    "unknown_offer",
    "There is no such offer.",
    "Use the offer_id of the offer.made message.",
    _AND_ROUTING,
)
UNKNOWN_ENGAGEMENT = Refusal(
    "unknown_engagement",
    "There is no such engagement.",
    "Use the engagement_id of the engagement.opened message.",
    _AND_ROUTING,
)
NOT_ASSESSED = replace(
    UNKNOWN_ENGAGEMENT,
    message="There is no such engagement, or it is not assessed in public.",
    fix="Use the engagement_id of an engagement of organizational-assessment.",
    services=_REPORTING,
)
NOT_YOURS = Refusal(
    "not_yours",
    "This belongs to another participant.",
    "Name one of your own requests, offers or engagements; status.ask lists them.",
    _ALL,
)
REQUEST_ENDED = Refusal(
    "terminal",
    "This request has ended; nothing about it changes any more.",
    "Submit a new request if help is wanted again.",
    _AND_ROUTING,
)
ALREADY_WITHDRAWN = Refusal(
    "already_withdrawn",
    "This request was withdrawn before.",
    "Nothing is to be done.",
    _ROUTING,
)
ENGAGEMENT_NOT_OPEN = Refusal(
    "engagement_not_open",
    "This engagement has ended; the request goes on without it.",
    "Nothing is to be done; status.ask lists the engagements that are yours.",
    _ROUTING,
)
ASSESSMENT_ENDED = replace(
    ENGAGEMENT_NOT_OPEN,
    message="This engagement has ended; its provider records nothing more.",
    fix="Nothing is to be done; the agency may still report, and the program office verify.",
    services=_REPORTING,
)
NOT_DELIVERED = Refusal(
    "not_delivered",
    "This work is not reported as delivered, so it cannot be completed yet.",
    "Report the milestone delivered first. If you cannot go on, close with cannot_go_on.",
    _ROUTING,
)
OFFER_NOT_OPEN = Refusal(
    "offer_not_open",
    "This offer is no longer open: it was answered, withdrawn, or has gone to another.",
    "Nothing is to be done; status.ask with about open_offers lists what is open.",
    _ROUTING,
)
OFFER_EXPIRED = Refusal(
    "offer_expired",
    "The answer arrived after the offer had expired.",
    "Answer before expires_at; declare capacity to be asked again.",
    _ROUTING,
)
PROVIDER_NOT_ACTIVE = Refusal(
    "provider_not_active",
    "This provider is suspended, has ended, or is not registered any more.",
    "Name another provider, or list this one as active first.",
    _ROUTING,
)
SAME_PROVIDER = Refusal(
    "same_provider",
    "This provider has the engagement already.",
    "Name another provider, or let it go on.",
    _ROUTING,
)
NOT_REFERRED = Refusal(
    "not_referred",
    "This request is not referred to the program office.",
    "Direct a request only while its status is referred.",
    _ROUTING,
)
AUTHORITY_NEEDED = Refusal(
    "authority_needed",
    "Nobody has confirmed that the agency's executive wants this request.",
    "Confirm it, then send the action confirm_authority; or end the request as ineligible.",
    _ROUTING,
)
AUTHORITY_NOT_OPEN = Refusal(
    "not_referred",
    "This request is not referred because of its authority.",
    "Confirm the authority of a request only if that is why it is referred.",
    _ROUTING,
)
CLOCK_NOT_LATE = Refusal(
    "clock_not_late",
    "This clock of the request is not late, or was settled already.",
    "Settle a clock that clock.late has named, and that has not stopped since.",
    _ROUTING,
)
CONTACT_OR_SUBSCRIPTION = Refusal(
    "schema",
    "Either a contact of a participant is forgotten, or the holder of a subscription.",
    "Name the participant and contact_id; or web-desk and subscription_id.",
)
UNKNOWN_CONTACT = Refusal(
    "unknown_contact",
    "This participant has set no contact with this id.",
    "Use the ids of contact.set, as the case file of a request names them.",
)
ON_HOLD = Refusal(
    "on_hold",
    "A records hold stands that covers this person: {holds}.",
    "Wait until it ends, or lift it with hold.set.",
)
ONE_THING_HELD = Refusal(
    "schema",
    "A hold covers one request, one participant or contact, one subscription, or everything.",
    "Name one of them, a contact with its participant, or none for everything.",
)
UNKNOWN_PARTICIPANT = Refusal(
    "schema", "No participant has this id.", "Use the id under which it is registered."
)
UNKNOWN_SUBSCRIPTION = Refusal(
    "unknown_subscription",
    "No subscription has this id, or it was not asked for within seven days.",
    "Ask for it again.",
    _NOTIFICATIONS,
)
UNKNOWN_MAIL = Refusal(
    "unknown_mail",
    "No mail has this id, or none about this notice was written to this audience.",
    "Use the ids of the work list; the mail may have been written before a restore.",
    _NOTIFICATIONS,
)
OUTCOME_KNOWN = Refusal(
    "nothing_to_settle",
    "The outcome of this mail is not unknown, or was settled already.",
    "Settle a mail only while its outcome is unknown.",
    _NOTIFICATIONS,
)
NOTICE_NOT_FAILED = Refusal(
    "nothing_to_settle",
    "Not each mail about this notice has failed, or it was settled already.",
    "Settle a notice only after each of its mails to the audience was refused or given up.",
    _NOTIFICATIONS,
)
TOO_MANY_CODES = Refusal(
    "too_often",
    "Too many codes went to this address of late.",
    "Wait: at most three go to one address in an hour.",
    _NOTIFICATIONS,
)
NO_ADDRESS = Refusal(
    "address_needed",
    "No mail can reach this contact.",
    "Set the contact with an address, then ask for a new code.",
    _NOTIFICATIONS,
)
NO_RULESET = Refusal(
    "no_ruleset",
    "No rule set is in force.",
    "Approve a rule set that is effective now, then direct the request again.",
    _ROUTING,
)
CALENDAR_ENDED = Refusal(
    "calendar_ended",
    "No offer can be made: the calendar of the rule set in force ends before it would expire.",
    "Approve a rule set with the holidays of later years, then direct the request again.",
    _ROUTING,
)

# Assessments
NOT_RECORDED = Refusal(
    "not_recorded",
    "This assessment has no {missing} of this number.",
    "Record it first; a focus area is named by focus_area.set.",
    _REPORTING,
)
NUMBER_USED = Refusal(
    "number_used",
    "This recommendation was withdrawn from the report, and its number never comes again.",
    "Record another recommendation under a new number.",
    _REPORTING,
)
STATUS_FINAL = Refusal(
    "status_final",
    "This recommendation has a final status, which only the program office changes.",
    "Ask the program office to return it, if more is done.",
    _REPORTING,
)
NOTHING_PROPOSED = Refusal(
    "nothing_proposed",
    "This status is not proposed for this recommendation now.",
    "Name the status that the provider has proposed last.",
    _REPORTING,
)
NOTHING_TO_RETURN = replace(
    NOTHING_PROPOSED,
    message="Nothing is proposed for this recommendation, and it cannot go back to this status.",
    fix="Only what is complete or partially complete goes back, to in_progress or not_started.",
)
SECOND_PERSON_NEEDED = Refusal(
    "second_person_needed",
    "The person who proposed this status cannot verify it.",
    "Let another person verify it.",
    _REPORTING,
)

# Publication
TEXT_LOST = Refusal(
    "not_processable",
    "A text that belongs to this message was lost, by a fault of ours.",
    "Send it again, under a new id; or record the item again, with its next version.",
    _REPORTING,
)
NOT_ANNOUNCED = Refusal(
    "not_announced",
    "This site is not announced: nothing is published about it.",
    "Plan its reports first, by publication.plan.",
    _REPORTING,
)
NOT_PLANNED = Refusal(
    "not_planned",
    "No report of this kind is due on this day, or it is published.",
    "Name a day on which one is due, by the plan or the last change of it.",
    _REPORTING,
)
UNKNOWN_REPORT = replace(
    NOT_RECORDED,
    message="This assessment has no report of this id.",
    fix="Use the report_id of report.draft.",
)
NO_SUCH_REPORT = replace(
    NOT_RECORDED,
    message="There is no report of this id about an agency of yours.",
    fix="Use the engagement_id, report_id and version of fact_check.asked.",
    services=_AND_REPORTING,
)
UNKNOWN_CORRECTION = replace(
    NOT_RECORDED,
    message="No correction of this number waits for approval.",
    fix="Use the number of a report.correct that was not approved yet.",
)
REPORT_NOT_NEXT = replace(
    DRAFT_NOT_NEXT, message="This is not the next version of this report, or its next correction."
)
VERSION_NOT_CURRENT = Refusal(
    "version_not_current",
    "This is not the current version of this report, or not its hash.",
    "The current version is {version}, with the hash {hash}.",
    _REPORTING,
)
VERSION_SETTLED = Refusal(
    "version_settled",
    "This version was answered, returned or published before.",
    "Nothing is to be done; what is wrong is changed by the next version, or a correction.",
    _REPORTING,
)
FACT_CHECK_OPEN = Refusal(
    "fact_check_open",
    "The agency has not answered, and has time to check this report until {due_at}.",
    "Approve it once the agency has answered, or after that.",
    _REPORTING,
)
WORKED_ON_REPORT = replace(
    SECOND_PERSON_NEEDED,
    message="The person who drafted a report, or verified a status in it, cannot approve it.",
    fix="Let another person approve it.",
)
DRAFTED_REPORT = replace(
    SECOND_PERSON_NEEDED,
    message="The person who drafted a report on this assessment cannot verify a status in it.",
)
MADE_CORRECTION = replace(
    SECOND_PERSON_NEEDED,
    message="The person who made a correction cannot approve it.",
    fix="Let another person approve it.",
)
NOT_PUBLISHED = Refusal(
    "not_published",
    "This report is not published, or was withdrawn.",
    "Wait until it is published.",
    _REPORTING,
)
REPORT_ID_USED = replace(
    NUMBER_USED,
    message="This report was withdrawn, and its id never comes again.",
    fix="Draft another report under a new id.",
)
REPLY_TOO_LATE = Refusal(
    "reply_too_late",
    "The time for a reply to this report ended at {until}.",
    "Ask the program office for a correction if something is wrong.",
    _REPORTING,
)
NOT_AS_PUBLISHED = Refusal(
    "not_as_published",
    "This is not what the report says there.",
    "Repeat the published text of the item unchanged.",
    _REPORTING,
)
KIND_NOT_AS_PUBLISHED = replace(
    NOT_AS_PUBLISHED,
    message="This report is published as one of another kind.",
    fix="Draft it as {kind}, or another report under a new id.",
)
NAMES_ANOTHER_AGENCY = Refusal(
    "names_another_agency",
    "A name of another agency stands in {place}: {name}.",
    "Return the report; or approve it with this name among names, if it is meant.",
    _REPORTING,
)
CORRECTION_NAMES_ANOTHER_AGENCY = replace(
    NAMES_ANOTHER_AGENCY,
    fix="Make another correction; or approve this one with the name among names, if it is meant.",
)

MEANINGS: Mapping[str, str] = {
    "authority_needed": "The executive's wish is only claimed: it must be confirmed first.",
    "agency_not_eligible": "No program serves the agency; elsewhere may say who can help.",
    "actor_needed": "Your registration says that each message names the person who acts.",
    "actor_not_authorized": "The person who acts has none of the roles that may do this.",
    "already_withdrawn": "The request was already withdrawn.",
    "calendar_ended": "The rules' calendar has ended: the direction cannot be carried out.",
    "clock_not_late": "The clock is not late: there is nothing to settle.",
    "contains_protected_identifier": "A text seems to hold a Social Security or FBI number.",
    "dates_contradict": "An end before its beginning, or a future date that must be past.",
    "deleted_unread": "Your topic deleted the record before it was read. It had no effect.",
    "duplicate_key": "A key stands twice in one object.",
    "engagement_not_open": "The engagement has ended.",
    "id_reused_with_other_content": "Source and id were used for another message.",
    "address_needed": "The contact is not set, or no mail reaches it: there is no code.",
    "nothing_proposed": "The recommendation has no such proposal, or cannot go back.",
    "no_ruleset": "No rule set is in force: the direction cannot be carried out.",
    "not_cloudevents": "Not an object, binary mode, or an attribute is missing or malformed.",
    "not_delivered": "The engagement cannot be completed before the milestone delivered.",
    "not_json": "Not JSON, or with a schema registry's prefix before it.",
    "not_processable": "The record could not be processed. The fault is ours. It had no effect.",
    "not_recorded": "No such focus area, finding or recommendation is recorded.",
    "not_referred": "The request is not referred: the direction cannot be carried out.",
    "not_yours": "It belongs to another participant.",
    "nothing_to_settle": "What became of the mail or the notice is known, or was settled.",
    "fact_check_open": "The agency still has time to check the report.",
    "names_another_agency": "A text of the report holds a name of another agency.",
    "not_announced": "The site is not announced yet.",
    "not_as_published": "The text to correct is not what the report says there.",
    "not_planned": "No report of this kind is due on this day.",
    "not_published": "The report is not published, or was withdrawn.",
    "number_used": "The recommendation or the report was withdrawn, with its number or id.",
    "reply_too_late": "The time for a reply to the report has ended.",
    "too_long": "A text is longer than it may be, and is never shortened.",
    "version_not_current": "The version or the hash is not that of the report's last draft.",
    "version_settled": "The version was answered, returned or published before.",
    "offer_expired": "The broker received the answer after expires_at.",
    "offer_not_open": "The offer was answered or withdrawn, or has gone to another provider.",
    "on_hold": "A records hold covers the person, who cannot be forgotten until it ends.",
    "ori_not_registered_for_participant": "You may not act for this ORI, or for this key.",
    "provider_not_active": "The provider gets no offers: the direction cannot be carried out.",
    "reference_reused_with_other_content": "The reference was used for another request.",
    "reserved": "The id or source of a participant belongs to the system itself.",
    "role_not_authorized": "You may not send this type, for this reason or for this participant.",
    "same_provider": "The engagement is to go on with the provider that has it.",
    "schema": "The data do not match their type, or a field is unknown.",
    "second_person_needed": "One person did the first part, so another must do the second.",
    "source_not_registered": "You are not registered at this time, or source is not yours.",
    "source_taken": "The source of a participant belongs to another one.",
    "status_final": "Only the program office changes the status of this recommendation.",
    "terminal": "The request has ended and can no longer change.",
    "tombstone": "The record has no value.",
    "too_deep": "Nested deeper than 32 levels.",
    "too_large": "More than 1,048,576 bytes, or more than about 20,000 values.",
    "too_often": "The same list was asked for moments ago, or many case files or codes were.",
    "unknown_contact": "No such contact of this participant was ever set.",
    "unknown_engagement": "No such engagement, or its check character is wrong.",
    "unknown_mail": "No such mail, or none about the notice to this audience.",
    "unknown_offer": "No such offer, or its check character is wrong.",
    "unknown_program": "No such program, or it has ended.",
    "unknown_provider": "No such provider is listed.",
    "unknown_request": "No such number, or its check character is wrong.",
    "unknown_service_form": "Not one of the registered forms.",
    "unknown_subscription": "No such subscription, or it was not confirmed in time.",
    "unknown_topic": "Not in the catalog, or other without other_topic.",
    "unknown_type": "There is no such type.",
    "unsupported_version": "The type exists only in another version.",
    "value_out_of_range": "A number or a year out of its bounds, or a NUL in a text.",
    "version_not_next": "Versions count 1, 2, 3 …, and another number is next.",
    "wrong_encoding": "Not UTF-8, with a byte order mark, or with half of a surrogate pair.",
}
"""Code → what all its texts have in common."""
