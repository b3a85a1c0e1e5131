INSERT INTO provider_acts (message_id, provider, actor, kind, about, said, sent_at)
SELECT message_id, provider, actor, kind, about, said::jsonb, sent_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
       AS sent (message_id, provider, actor, kind, about, said, sent_at)
    ON CONFLICT (message_id) DO NOTHING;
