-- Inserts or completes a row: its text and the decision come in any order. A refused text is not kept.
INSERT INTO drafts AS kept (cause, engagement_id, stated_at, applied, what, item, version, text)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::text[], $6::text[],
              $7::integer[], $8::text[])
 ORDER BY 1
    ON CONFLICT (cause) DO UPDATE
   SET applied = coalesce(excluded.applied, kept.applied),
       what    = coalesce(excluded.what, kept.what),
       item    = coalesce(excluded.item, kept.item),
       version = coalesce(excluded.version, kept.version),
       text    = CASE WHEN coalesce(excluded.applied, kept.applied, true)
                      THEN coalesce(excluded.text, kept.text)
                 END;
