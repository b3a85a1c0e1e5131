-- What is published of agencies and of months, for the emails that tell of it. `number` counts it in the order in
-- which it was read; `report` is the report's id, empty for figures of the month `subject`.
CREATE TABLE published_news (
    fact    uuid   PRIMARY KEY,
    number  bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind    text   NOT NULL,
    subject text   NOT NULL,
    report  text   NOT NULL,
    title   text   NOT NULL
);
CREATE INDEX published_news_reports ON published_news (subject, report, number) WHERE title <> '';

-- The agencies that are assessed in public, by their name in addresses.
CREATE TABLE public_sites (
    slug   text PRIMARY KEY,
    agency text NOT NULL
);

-- What was published last when the update was begun: what comes later is told with the next.
ALTER TABLE tellings ADD COLUMN reported bigint NOT NULL DEFAULT 0;
