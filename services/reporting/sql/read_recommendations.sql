SELECT engagement_id, recommendation, version, recorded_on, due_on, claimed_on, proposed_status,
       proposed_reason, proposed_for, proposed_by,
       ARRAY(SELECT (status, reason, holds_on, verified_for, verified_by)
               FROM verified_statuses AS verified
              WHERE verified.engagement_id = recommendations.engagement_id
                AND verified.recommendation = recommendations.recommendation
              ORDER BY ordinal) AS statuses
  FROM recommendations
 WHERE engagement_id = ANY ($1::text[]);
