SELECT topic,
       sum(applied)::bigint AS applied, sum(duplicate)::bigint AS duplicate,
       sum(ignored)::bigint AS ignored, sum(held)::bigint AS held,
       sum(refused)::bigint AS refused, sum(parked)::bigint AS parked, sum(dead)::bigint AS dead,
       (SELECT coalesce(sum(until_offset - from_offset), 0)::bigint
          FROM lost_ranges
         WHERE lost_ranges.topic = checkpoints.topic) AS lost
  FROM checkpoints
 GROUP BY topic;
