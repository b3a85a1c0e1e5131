INSERT INTO verified_statuses (
       engagement_id, recommendation, ordinal, status, reason, holds_on, verified_for, verified_by)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::date[],
              $7::text[], $8::text[])
    ON CONFLICT (engagement_id, recommendation, ordinal) DO NOTHING;
