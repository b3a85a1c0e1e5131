INSERT INTO report_states (engagement_id, report_id, kind, state, since, due_at)
SELECT engagement_id, report_id, kind, state, since, due_at
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[]
       ) AS stated (engagement_id, report_id, kind, state, since, due_at)
 ORDER BY engagement_id, report_id
    ON CONFLICT (engagement_id, report_id) DO UPDATE
   SET kind   = excluded.kind,
       state  = excluded.state,
       since  = excluded.since,
       due_at = excluded.due_at;
