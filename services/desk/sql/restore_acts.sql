INSERT INTO acts (message_id, actor, kind, tracking_number, reason, sent_at)
SELECT message_id, actor, kind, tracking_number, reason, sent_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
       AS sent (message_id, actor, kind, tracking_number, reason, sent_at)
    ON CONFLICT (message_id) DO NOTHING;
