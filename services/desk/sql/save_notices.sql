INSERT INTO notices (notice, audience, request_id, fact_type, channel, outcome, because, at)
SELECT notice, audience, request_id, fact_type, channel, outcome, because, at
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
           $8::timestamptz[]
       ) AS decided (notice, audience, request_id, fact_type, channel, outcome, because, at)
 ORDER BY notice, audience
    ON CONFLICT (notice, audience) DO UPDATE
   SET request_id = excluded.request_id,
       fact_type  = excluded.fact_type,
       channel    = excluded.channel,
       outcome    = excluded.outcome,
       because    = excluded.because,
       at         = excluded.at;
