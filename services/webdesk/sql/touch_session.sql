  WITH seen AS (
       UPDATE sessions
          SET seen_at = now()
        WHERE id_hash = $1
          AND seen_at > now() - $2::interval
          AND started_at > now() - $3::interval
    RETURNING draft_id
       )
SELECT draft_id, reference, state, answers, expires_at, times_sent, sent_at, tracking_number, reasons,
       proved_address
  FROM seen
  JOIN drafts USING (draft_id)
 WHERE expires_at > now();
