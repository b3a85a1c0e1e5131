-- By itself, so that it is committed before anything is read.
INSERT INTO accesses (topic, partition, "offset", by, why)
VALUES ($1::text, $2::integer, $3::bigint, $4::text, $5::text)
RETURNING id;
