-- Only records that are not folded yet: whether to leave them out may have changed.
DELETE FROM rebuild.left_out AS record
 WHERE NOT EXISTS (SELECT
                     FROM rebuild.progress AS folded
                    WHERE folded.topic = record.topic
                      AND folded.partition = record.partition
                      AND folded.next_offset > record."offset");
