-- What is counted beside the outcomes of records, in the transaction of what is counted: the name of
-- a metric and its labels, separated by spaces. A row belongs to a partition: whoever adds to it
-- holds that partition's checkpoint, so no two batches wait for each other here.
CREATE TABLE counts (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    what      text    NOT NULL,
    number    bigint  NOT NULL,
    PRIMARY KEY (topic, partition, what)
) WITH (fillfactor = 70);
