-- Requests whose facts are new or changed: whole rows.
INSERT INTO requests (
       tracking_number, participant, agency_name, cri_type, agency_class, state, sworn_band,
       topics, service_forms, wished_from, wished_until, contact_ids, published, status, since,
       sentence, provider_sentence, program, provider, offer_id, expires_at, engagement_id)
SELECT *
  FROM unnest(
       $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::date[], $11::date[], $12::text[], $13::integer[],
       $14::text[], $15::timestamptz[], $16::text[], $17::text[], $18::text[], $19::text[],
       $20::text[], $21::timestamptz[], $22::text[])
    ON CONFLICT (tracking_number) DO UPDATE
   SET topics            = excluded.topics,
       service_forms     = excluded.service_forms,
       wished_from       = excluded.wished_from,
       wished_until      = excluded.wished_until,
       contact_ids       = excluded.contact_ids,
       published         = excluded.published,
       status            = excluded.status,
       since             = excluded.since,
       sentence          = excluded.sentence,
       provider_sentence = excluded.provider_sentence,
       program           = excluded.program,
       provider          = excluded.provider,
       offer_id          = excluded.offer_id,
       expires_at        = excluded.expires_at,
       engagement_id     = excluded.engagement_id;
