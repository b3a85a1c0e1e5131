-- Columns from intake keep their value unless the batch sets them. Columns from routing are set together.
INSERT INTO cases AS held (
    request_id, tracking_number, agency, state_code, ori, accepted_at, first_contact_on, status,
    since, program, lane, provider
)
SELECT request_id, tracking_number, agency, state_code, ori, accepted_at, first_contact_on, status,
       since, program, lane, provider
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
           $7::date[], $8::text[], $9::timestamptz[], $10::text[], $11::text[], $12::text[]
       ) AS change (
           request_id, tracking_number, agency, state_code, ori, accepted_at, first_contact_on,
           status, since, program, lane, provider
       )
 ORDER BY request_id
    ON CONFLICT (request_id) DO UPDATE
   SET agency           = COALESCE(excluded.agency, held.agency),
       state_code       = COALESCE(excluded.state_code, held.state_code),
       ori              = COALESCE(excluded.ori, held.ori),
       accepted_at      = COALESCE(excluded.accepted_at, held.accepted_at),
       first_contact_on = COALESCE(excluded.first_contact_on, held.first_contact_on),
       status           = COALESCE(excluded.status, held.status),
       since            = COALESCE(excluded.since, held.since),
       program  = CASE WHEN excluded.status IS NULL THEN held.program ELSE excluded.program END,
       lane     = CASE WHEN excluded.status IS NULL THEN held.lane ELSE excluded.lane END,
       provider = CASE WHEN excluded.status IS NULL THEN held.provider ELSE excluded.provider END;
