INSERT INTO sites (engagement_id, tracking_number, provider, requester, opened_at)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
 ORDER BY 1
    ON CONFLICT (engagement_id) DO NOTHING;
