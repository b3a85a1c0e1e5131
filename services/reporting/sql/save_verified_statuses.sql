INSERT INTO verified_statuses (engagement_id, recommendation, ordinal, status, reason, holds_on)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::date[])
    ON CONFLICT (engagement_id, recommendation, ordinal) DO NOTHING;
