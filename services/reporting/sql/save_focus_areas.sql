INSERT INTO focus_areas (engagement_id, number, goal)
SELECT *
  FROM unnest($1::text[], $2::smallint[], $3::text[])
    ON CONFLICT (engagement_id, number) DO UPDATE
   SET goal = excluded.goal;
