SELECT topic, partition, from_offset, until_offset, reason, error, noticed_at
  FROM unreadable_ranges
 WHERE noticed_at > now() - interval '1 day'
 ORDER BY noticed_at;
