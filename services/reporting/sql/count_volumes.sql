-- Units other than requests, by what happened to them in a period; also the offers that are open at its end.
WITH happened AS (
    SELECT type, detail, goals, provider
      FROM timeline
      JOIN requests USING (tracking_number)
     WHERE topic = 'cri.int.routing.v1'
       AND at >= COALESCE($1::timestamptz, '-infinity')
       AND at < COALESCE($2::timestamptz, 'infinity')
       AND type IN ('offer_made', 'offer_declined', 'offer_lapsed', 'offer_withdrawn',
                    'engagement_opened', 'engagement_closed', 'engagement_ended',
                    'clock_missed')
),
asked AS (
    SELECT DISTINCT ON (tracking_number) type, provider
      FROM timeline
     WHERE topic = 'cri.int.routing.v1'
       AND at < COALESCE($2::timestamptz, 'infinity')
       AND (type = 'offer_made' OR status <> 'offered')
     ORDER BY tracking_number, sequence DESC
)
SELECT unit, breakdown, name, count(*) AS count
  FROM (
           SELECT kind.unit, 'event' AS breakdown, kind.name
             FROM happened
             JOIN (
                      VALUES ('offer_made', 'offers', 'made'),
                             ('offer_declined', 'offers', 'declined'),
                             ('offer_lapsed', 'offers', 'lapsed'),
                             ('offer_withdrawn', 'offers', 'withdrawn'),
                             ('engagement_opened', 'engagements', 'opened'),
                             ('engagement_closed', 'engagements', 'closed'),
                             ('engagement_ended', 'engagements', 'ended'),
                             ('clock_missed', 'clocks', 'missed')
                  ) AS kind (type, unit, name)
            USING (type)
            UNION ALL
           SELECT 'offers', 'decline_reason', COALESCE(detail, 'not_stated')
             FROM happened
            WHERE type = 'offer_declined'
            UNION ALL
           SELECT 'offers', kind.breakdown, COALESCE(provider, 'not_stated')
             FROM happened
             JOIN (
                      VALUES ('offer_made', 'made_to'),
                             ('engagement_opened', 'accepted_by'),
                             ('offer_declined', 'declined_by'),
                             ('offer_lapsed', 'lapsed_by')
                  ) AS kind (type, breakdown)
            USING (type)
            UNION ALL
           SELECT 'offers', 'declined_for',
                  COALESCE(provider, 'not_stated') || ': ' || COALESCE(detail, 'not_stated')
             FROM happened
            WHERE type = 'offer_declined'
            UNION ALL
           SELECT 'offers', 'open_with', provider
             FROM asked
            WHERE type = 'offer_made'
            UNION ALL
           SELECT 'engagements', 'close_reason', COALESCE(detail, 'not_stated')
             FROM happened
            WHERE type IN ('engagement_closed', 'engagement_ended')
            UNION ALL
           SELECT 'engagements', 'completed_by_goal', COALESCE(goal, 'not_stated')
             FROM happened
             LEFT JOIN LATERAL unnest(goals) AS goal ON true
            WHERE type = 'engagement_closed'
              AND detail = 'completed'
       ) AS volume
 GROUP BY unit, breakdown, name
 ORDER BY unit, breakdown, name;
