-- While the service catches up with its own log: places in the lanes of requests that came into
-- one after the dump, in the order in which they came.
CREATE TABLE places (
    tracking_number text   PRIMARY KEY,
    queue_number    bigint NOT NULL
);
