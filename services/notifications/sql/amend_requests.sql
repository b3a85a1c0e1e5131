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
  FROM unnest($1::request_row[]) AS after
 WHERE requests.tracking_number = after.tracking_number;
