-- A statement of its own: the access is committed before the contents are read.
INSERT INTO accesses (topic, partition, "offset", by, why)
VALUES ($1::text, $2::integer, $3::bigint, $4::text, $5::text)
RETURNING id;
