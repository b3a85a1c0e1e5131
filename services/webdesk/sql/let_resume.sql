UPDATE drafts SET resume_hash = $2 WHERE draft_id = $1;
