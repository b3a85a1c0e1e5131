SELECT cause, engagement_id, stated_at, applied, what, item, version, text
  FROM drafts
 WHERE engagement_id = ANY ($1::text[]);
