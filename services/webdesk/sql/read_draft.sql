SELECT draft_id, reference, state, answers, expires_at, times_sent, sent_at, tracking_number, reasons,
       proved_address
  FROM drafts
 WHERE draft_id = $1;
