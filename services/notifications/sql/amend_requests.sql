-- Requests whose facts changed. Their rows are locked already.
UPDATE requests
   SET topics            = after.topics,
       service_forms     = after.service_forms,
       wished_from       = after.wished_from,
       wished_until      = after.wished_until,
       contact_ids       = after.contact_ids,
       status            = after.status,
       since             = after.since,
       sentence          = after.sentence,
       provider_sentence = after.provider_sentence,
       program           = after.program,
       provider          = after.provider,
       offer_id          = after.offer_id,
       expires_at        = after.expires_at,
       engagement_id     = after.engagement_id,
       published         = after.published
  FROM unnest(
       $1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::text[], $7::text[],
       $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
       $14::timestamptz[], $15::text[], $16::integer[])
    AS after (tracking_number, topics, service_forms, wished_from, wished_until, contact_ids,
              status, since, sentence, provider_sentence, program, provider, offer_id, expires_at,
              engagement_id, published)
 WHERE requests.tracking_number = after.tracking_number;
