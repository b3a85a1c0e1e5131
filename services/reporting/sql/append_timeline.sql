INSERT INTO timeline (
    tracking_number, topic, sequence, type, at, status, provider, detail, event_id
)
SELECT *
  FROM unnest(
           $1::text[], $2::text[], $3::integer[], $4::text[], $5::timestamptz[], $6::text[],
           $7::text[], $8::text[], $9::uuid[]
       ) AS entry (tracking_number, topic, sequence)
 ORDER BY tracking_number, topic, sequence;
