-- One row per request, folded from two topics that keep no order between each other. The columns
-- of intake and of routing are disjoint, so that the folds commute; any of them may still be NULL.
CREATE TABLE requests (
    tracking_number  text        PRIMARY KEY,
    -- from intake
    cri_type         text,
    agency_class     text,
    us_state         text,
    sworn_band       text,
    first_contact_on date,
    submitted_at     timestamptz,
    accepted_at      timestamptz,
    -- from routing
    status           text,
    program          text,
    lane             text,
    wait_reason      text,
    opens_at         timestamptz,
    close_reason     text,
    triaged_at       timestamptz,
    waiting_since    timestamptz,
    referred_at      timestamptz,
    first_offer_at   timestamptz,
    assigned_at      timestamptz,
    started_at       timestamptz,
    delivered_at     timestamptz,
    closed_at        timestamptz,
    ineligible_at    timestamptz,
    withdrawn_at     timestamptz,
    offers           integer     NOT NULL DEFAULT 0,
    declines         integer     NOT NULL DEFAULT 0,
    lapses           integer     NOT NULL DEFAULT 0,
    clocks_missed    integer     NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- Every event about a request, for operators. Codes and moments only; type is the short name.
CREATE TABLE timeline (
    tracking_number text        NOT NULL,
    topic           text        NOT NULL,
    sequence        integer     NOT NULL,
    type            text        NOT NULL,
    at              timestamptz NOT NULL,
    status          text,
    provider        text,
    detail          text,
    event_id        uuid        NOT NULL,
    PRIMARY KEY (tracking_number, topic, sequence)
);

CREATE INDEX timeline_declines ON timeline (detail) WHERE type = 'offer_declined';

-- The programs as last defined. opening_told: that an announced program has opened by its date.
CREATE TABLE programs (
    program        text        PRIMARY KEY,
    name           text        NOT NULL,
    status         text        NOT NULL,
    opens_at       timestamptz,
    summary        text        NOT NULL,
    defined_by     uuid        NOT NULL,
    correlation_id text        NOT NULL,
    changed_at     timestamptz NOT NULL,
    opening_told   boolean     NOT NULL
);
