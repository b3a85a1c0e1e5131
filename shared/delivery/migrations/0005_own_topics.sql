-- Up to where each partition of the service's own topics holds nothing but what these tables know:
-- noted now and then, from an end that was read before. What stands behind it is compared when the
-- service starts.
CREATE TABLE own_topics (
    topic     text        NOT NULL,
    partition integer     NOT NULL,
    known_to  bigint      NOT NULL,
    noted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition)
);
