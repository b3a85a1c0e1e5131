UPDATE drafts
   SET contact_message = $2, request_message = $3
 WHERE draft_id = $1;
