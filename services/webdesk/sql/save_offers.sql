INSERT INTO offers (offer_id, provider, tracking_number, state, expires_at, told, sentence, number)
SELECT offer_id, provider, tracking_number, state, expires_at, told::jsonb, sentence, number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[],
              $8::bigint[])
       AS given (offer_id, provider, tracking_number, state, expires_at, told, sentence, number)
 ORDER BY offer_id
    ON CONFLICT (offer_id) DO UPDATE
   SET state = excluded.state, expires_at = excluded.expires_at, told = excluded.told,
       sentence = excluded.sentence, number = excluded.number, changed_at = now();
