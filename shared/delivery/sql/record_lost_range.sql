WITH moved AS (
    UPDATE checkpoints
       SET next_offset = $4, lost = lost + ($4 - $3), moved_at = now()
     WHERE topic = $1 AND partition = $2 AND next_offset = $3
    RETURNING topic, partition
)
INSERT INTO lost_ranges (topic, partition, from_offset, until_offset)
SELECT topic, partition, $3, $4
  FROM moved;
