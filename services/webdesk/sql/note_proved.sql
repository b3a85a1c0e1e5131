UPDATE drafts
   SET proved_address = $2
 WHERE draft_id = $1
   AND state IN ('started', 'refused');
