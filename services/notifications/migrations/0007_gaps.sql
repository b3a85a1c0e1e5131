-- Numbers of participants' topics that had been given out when the database was lost, to messages
-- that are nowhere: the next messages of the participant take them first.
CREATE TABLE gaps (
    topic  text   NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (topic, number)
);
