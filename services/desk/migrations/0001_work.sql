-- One row per request, folded from two topics that keep no order between each other. The columns of
-- intake and of routing are disjoint, so that the folds commute; any of them may still be NULL.
CREATE TABLE cases (
    request_id       text        PRIMARY KEY,
    tracking_number  text        NOT NULL UNIQUE,
    -- from intake
    agency           text,
    state_code       text,
    ori              text,
    accepted_at      timestamptz,
    first_contact_on date,
    -- from routing; since: when the status began
    status           text,
    since            timestamptz,
    program          text,
    lane             text,
    provider         text
) WITH (fillfactor = 70);

-- Every event about a request: ids, states, codes and dates, and the decision's sentence for staff.
-- type is the short name; number is the event's place in its topic.
CREATE TABLE happenings (
    request_id text        NOT NULL,
    event_id   text        NOT NULL,
    number     bigint      NOT NULL,
    at         timestamptz NOT NULL,
    type       text        NOT NULL,
    sentence   text,
    data       jsonb       NOT NULL,
    PRIMARY KEY (request_id, event_id)
);

-- Whom an event was told to. The columns from mail on come from cri.int.mail.v1, the others from
-- cri.int.notifications.v1: either may come first.
CREATE TABLE notices (
    notice       text NOT NULL,
    audience     text NOT NULL,
    request_id   text,
    fact_type    text,
    channel      text,
    outcome      text,
    because      text,
    at           timestamptz,
    mail         text,
    mail_outcome text,
    PRIMARY KEY (notice, audience)
);
CREATE INDEX notices_of_case ON notices (request_id, at);

-- What waits for the office. An item is on the list between opened_at, which may lie ahead, and
-- closed_at. about: what an act on it must name, such as the clock, the engagement or the mail.
-- number: the place in its topic of the event that opened it last. It is NULL if what closes the item
-- came first: such an item never opens.
CREATE TABLE work_items (
    item_id        text PRIMARY KEY,
    kind           text NOT NULL,
    request_id     text,
    participant    text,
    about          text,
    why            text,
    otherwise      text,
    number         bigint,
    opened_at      timestamptz,
    due_at         timestamptz,
    closed_at      timestamptz,
    closed_because text,
    taken_by       text,
    taken_until    timestamptz
) WITH (fillfactor = 70);
CREATE INDEX work_items_open ON work_items (due_at, opened_at) WHERE closed_at IS NULL;
CREATE INDEX work_items_of_case ON work_items (request_id, kind) WHERE closed_at IS NULL;

-- What people did, until it is answered and afterwards: a message of office-desk each.
CREATE TABLE acts (
    message_id      text        PRIMARY KEY,
    actor           text        NOT NULL,
    kind            text        NOT NULL,
    tracking_number text,
    item_id         text,
    reason          text,
    sent_at         timestamptz NOT NULL DEFAULT now(),
    answer          text        CHECK (answer IN ('applied', 'refused')),
    reasons         jsonb,
    answered_at     timestamptz
);
CREATE INDEX acts_of_case ON acts (tracking_number, sent_at);

-- Case files that people asked for, swept a few minutes after they were told.
CREATE TABLE case_files (
    message_id      text        PRIMARY KEY,
    tracking_number text        NOT NULL,
    actor           text        NOT NULL,
    purpose         text        NOT NULL,
    asked_at        timestamptz NOT NULL DEFAULT now(),
    told            jsonb,
    until           timestamptz
);
