-- Requests whose facts are as they were: the state alone. Their rows are locked already.
UPDATE requests
   SET published         = after.published,
       status            = after.status,
       since             = after.since,
       sentence          = after.sentence,
       provider_sentence = after.provider_sentence,
       program           = after.program,
       provider          = after.provider,
       offer_id          = after.offer_id,
       expires_at        = after.expires_at,
       engagement_id     = after.engagement_id
  FROM unnest(
       $1::text[], $2::integer[], $3::text[], $4::timestamptz[], $5::text[], $6::text[],
       $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[])
    AS after (tracking_number, published, status, since, sentence, provider_sentence, program,
              provider, offer_id, expires_at, engagement_id)
 WHERE requests.tracking_number = after.tracking_number;
