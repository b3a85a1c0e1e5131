SELECT topic, partition, from_offset, until_offset, noticed_at
  FROM lost_ranges
 WHERE noticed_at > now() - interval '1 day'
 ORDER BY noticed_at;
