-- Restricted: the words of a need (a JSON object), which may come before the request itself.
CREATE TABLE needs (
    tracking_number text PRIMARY KEY,
    need            text NOT NULL
);

-- Restricted: how to reach people.
CREATE TABLE contacts (
    participant text NOT NULL,
    contact_id  text NOT NULL,
    name        text NOT NULL,
    title       text,
    email       text,
    phone       text,
    PRIMARY KEY (participant, contact_id)
);
