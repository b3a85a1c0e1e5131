INSERT INTO focus_areas (engagement_id, number)
SELECT *
  FROM unnest($1::text[], $2::smallint[])
    ON CONFLICT (engagement_id, number) DO NOTHING;
