-- If two clicks arrive at once, the second waits here for the first, and then finds nothing to send.
UPDATE drafts
   SET state = 'sent', times_sent = times_sent + 1, sent_at = now(), changed_at = now(),
       expires_at = now() + $2::interval, reasons = '[]'
 WHERE draft_id = $1
   AND state IN ('started', 'refused')
RETURNING reference, answers, times_sent, sent_at, proved_address;
