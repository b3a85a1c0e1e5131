-- An older act stays unanswered: its answer was on a topic that is kept for one day.
SELECT coalesce(extract(epoch FROM now() - min(sent_at)), 0)::float8
  FROM acts
 WHERE answer IS NULL AND sent_at > now() - interval '2 days';
