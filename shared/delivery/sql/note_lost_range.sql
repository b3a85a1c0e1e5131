-- The checkpoint moves later, as each record of the range is answered. After a restart the rest of the
-- range is found again, perhaps with more behind it: only the new part is added.
WITH known AS (
    SELECT max(until_offset) AS until_offset
      FROM lost_ranges
     WHERE topic = $1 AND partition = $2 AND from_offset <= $3 AND until_offset > $3
)
INSERT INTO lost_ranges (topic, partition, from_offset, until_offset)
SELECT $1, $2, greatest($3, known.until_offset), $4
  FROM known
 WHERE coalesce(known.until_offset, $3) < $4
    ON CONFLICT (topic, partition, from_offset) DO NOTHING
RETURNING from_offset;
