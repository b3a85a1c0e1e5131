-- Those of the records that are still to be folded: they may have changed since.
DELETE FROM rebuild.left_out AS record
 WHERE NOT EXISTS (SELECT
                     FROM rebuild.progress AS folded
                    WHERE folded.topic = record.topic
                      AND folded.partition = record.partition
                      AND folded.next_offset > record."offset");
