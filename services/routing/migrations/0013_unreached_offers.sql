-- Offers to providers without a system, until a mail about them is delivered or the offer is over.
CREATE TABLE unreached_offers (
    offer_id        text        PRIMARY KEY,
    tracking_number text        NOT NULL,
    made_at         timestamptz NOT NULL,
    reach_by        timestamptz NOT NULL
);

CREATE INDEX unreached_offers_due ON unreached_offers (reach_by);
