-- Requests whose facts are as they were: the state alone. Their rows are locked already.
UPDATE requests
   SET status            = after.status,
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
       $1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::timestamptz[], $10::text[], $11::integer[])
    AS after (tracking_number, status, since, sentence, provider_sentence, program, provider,
              offer_id, expires_at, engagement_id, published)
 WHERE requests.tracking_number = after.tracking_number;
