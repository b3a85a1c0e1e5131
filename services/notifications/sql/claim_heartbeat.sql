-- At most one replica succeeds in each interval; the others find the row already updated.
UPDATE heartbeats
   SET written_at = now()
 WHERE written_at <= now() - make_interval(secs => $1)
RETURNING written_at;
