SELECT reference, answers, started_at
  FROM drafts
 WHERE resume_hash = $1
   AND expires_at > now();
