-- Open offers and engagements by provider.
SELECT offered[cardinality(offered)] AS provider,
       count(*) FILTER (WHERE status = 'offered'
                           OR offer_state = 'accepted'
                          AND status NOT IN ('closed', 'ineligible', 'withdrawn')) AS load
  FROM requests
 WHERE offered[cardinality(offered)] <> ''
 GROUP BY 1;
