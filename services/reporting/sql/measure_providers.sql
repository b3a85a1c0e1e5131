-- Durations, in seconds, of the steps of each provider that ended in a period: from one of its events about a
-- request to the next. A counter-offer appears as a referral.
WITH acts AS (
    SELECT tracking_number, sequence, provider, type, at
      FROM timeline
     WHERE topic = 'cri.int.routing.v1'
       AND at < COALESCE($2::timestamptz, 'infinity')
       AND provider IS NOT NULL
       AND (type IN ('offer_made', 'offer_declined', 'engagement_opened', 'engagement_closed')
            OR type = 'request_referred' AND detail = 'countered'
            OR type = 'engagement_progressed' AND detail = 'delivered')
),
steps AS (
    SELECT provider,
           lag(type) OVER of_provider AS first,
           type AS last,
           EXTRACT(EPOCH FROM at - lag(at) OVER of_provider)::double precision AS seconds,
           at AS ended_at
      FROM acts
    WINDOW of_provider AS (PARTITION BY tracking_number, provider ORDER BY sequence)
)
SELECT stage.name AS stage,
       'provider' AS breakdown,
       steps.provider AS value,
       count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY steps.seconds) AS p50,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY steps.seconds) AS p90
  FROM steps
  JOIN (
           VALUES ('offer_made', 'offer_declined', 'offer_to_answer'),
                  ('offer_made', 'request_referred', 'offer_to_answer'),
                  ('offer_made', 'engagement_opened', 'offer_to_answer'),
                  ('engagement_opened', 'engagement_progressed', 'acceptance_to_delivery'),
                  ('engagement_progressed', 'engagement_closed', 'delivery_to_close')
       ) AS stage (first, last, name)
 USING (first, last)
 WHERE steps.ended_at >= COALESCE($1::timestamptz, '-infinity')
 GROUP BY stage.name, steps.provider
 ORDER BY stage.name, steps.provider;
