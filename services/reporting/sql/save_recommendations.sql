INSERT INTO recommendations (
       engagement_id, recommendation, version, recorded_on, due_on, claimed_on, proposed_status,
       proposed_reason, proposed_for, proposed_by)
SELECT *
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::date[], $5::date[], $6::date[],
              $7::text[], $8::text[], $9::text[], $10::text[])
    ON CONFLICT (engagement_id, recommendation) DO UPDATE
   SET version         = excluded.version,
       due_on          = excluded.due_on,
       claimed_on      = excluded.claimed_on,
       proposed_status = excluded.proposed_status,
       proposed_reason = excluded.proposed_reason,
       proposed_for    = excluded.proposed_for,
       proposed_by     = excluded.proposed_by;
