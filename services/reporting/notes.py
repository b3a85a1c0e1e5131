"""What a release says about its own figures, for the public."""

NOTES = (
    "A request is one agency's request for help. An offer asks a provider to take a request. An"
    " engagement is the provider's work after it accepts. Do not add figures of requests, offers,"
    " engagements and time limits together.",
    "The figures count what happened in the month. A request counts in the month when it was"
    " accepted, and in each state in the month when it first reached that state.",
    "Every count is rounded to the nearest ten. Counts up to 10, including zero, are shown as: 10"
    " or fewer.",
    "A total adds the rounded counts of its table, in which 10 or fewer adds nothing.",
    "If one request can count in several groups, the table says so and has no total.",
    "An agency counts in the month when an engagement with it begins. Beside it, the table shows"
    " how many agencies of its group are in the agency list, exactly: both numbers, and no share.",
    "Times cover steps that ended in the month, to the nearest half day. They are shown only if"
    " they come from more than ten requests.",
    "Offers that are open at the end of the month are those that nobody has answered by then, and"
    " that have neither lapsed nor been withdrawn.",
    "Offers per 10 engagements compare what a provider was offered with what it accepted, to the"
    " nearest whole number. They are computed from the rounded counts, and only if both are more"
    " than ten. A provider's times are medians; an answer accepts, declines or proposes other"
    " terms.",
    "A recommendation counts in the month in which a report with it is published first, by the"
    " goal of its focus area. The page of all sites counts them exactly, as they stand now.",
    "Refused submissions are not requests, and are not counted.",
    "What becomes known about a month after its release is counted with the next one. A figure"
    " that changes then shows both values. Figures by program, by lane and by family of topics,"
    " and open offers, stay as they were when the month was released.",
)
