-- The calls among the notices $1 to the audiences $2, and whether they are settled. They need no lock: only one
-- reader at a time takes in settlements of the same subject.
SELECT calls.notice, calls.audience, calls.fact, calls.correlation, settlements.event IS NOT NULL AS is_settled
  FROM unnest($1::uuid[], $2::text[]) AS named (notice, audience)
  JOIN calls
    ON calls.notice = named.notice
   AND calls.audience = named.audience
  LEFT JOIN settlements
    ON settlements.notice = named.notice
   AND settlements.audience = named.audience;
