INSERT INTO engagements (
    engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence, number
)
SELECT engagement_id, provider, tracking_number, state, is_stopped, told::jsonb, milestones::jsonb, sentence,
       number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[],
              $8::text[], $9::bigint[])
       AS given (engagement_id, provider, tracking_number, state, is_stopped, told, milestones, sentence,
                 number)
 ORDER BY engagement_id
    ON CONFLICT (engagement_id) DO UPDATE
   SET state = excluded.state, is_stopped = excluded.is_stopped, told = excluded.told,
       milestones = excluded.milestones, sentence = excluded.sentence, number = excluded.number,
       changed_at = now();
