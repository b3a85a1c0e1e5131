-- Leaves out older acts: their answers can no longer arrive, because the topic keeps them for one day.
SELECT coalesce(extract(epoch FROM now() - min(sent_at)), 0)::float8
  FROM acts
 WHERE answer IS NULL AND sent_at > now() - interval '2 days';
