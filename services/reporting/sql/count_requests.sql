-- Requests that were accepted in a period, by every breakdown. A request counts once for each of its
-- goals, topics and forms of help, and once for each family of its topics.
WITH accepted AS (
    SELECT *
      FROM requests
     WHERE accepted_at >= COALESCE($1::timestamptz, '-infinity')
       AND accepted_at < COALESCE($2::timestamptz, 'infinity')
),
latest AS (
    SELECT DISTINCT ON (id) id, body
      FROM catalog
     WHERE kind = 'topic'
     ORDER BY id, number DESC
),
families AS (
    SELECT latest.id AS topic, family
      FROM latest
     CROSS JOIN LATERAL jsonb_array_elements_text(COALESCE(latest.body -> 'families', '[]'))
           AS family
),
single AS (
    SELECT part.breakdown, part.value
      FROM accepted
     CROSS JOIN LATERAL (
               VALUES ('all', 'all'),
                      ('program', COALESCE(program, 'not_decided')),
                      ('lane', COALESCE(lane, 'not_decided')),
                      ('cri_type', COALESCE(cri_type, 'not_stated')),
                      ('agency_class', COALESCE(agency_class, 'not_stated')),
                      ('sworn_band', COALESCE(sworn_band, 'not_stated')),
                      ('us_state', COALESCE(us_state, 'not_stated'))
           ) AS part (breakdown, value)
),
several AS (
    SELECT 'goal' AS breakdown, COALESCE(goal, 'not_stated') AS value
      FROM accepted
      LEFT JOIN LATERAL unnest(goals) AS goal ON true
     UNION ALL
    SELECT 'service_form', COALESCE(form, 'not_stated')
      FROM accepted
      LEFT JOIN LATERAL unnest(service_forms) AS form ON true
     UNION ALL
    SELECT 'topic', COALESCE(topic, 'not_stated')
      FROM accepted
      LEFT JOIN LATERAL unnest(topics) AS topic ON true
     UNION ALL
    SELECT DISTINCT ON (accepted.tracking_number, families.family)
           'family', COALESCE(families.family, 'not_stated')
      FROM accepted
      LEFT JOIN LATERAL unnest(topics) AS topic ON true
      LEFT JOIN families USING (topic)
)
SELECT breakdown, value, count(*) AS count
  FROM (SELECT breakdown, value FROM single UNION ALL SELECT breakdown, value FROM several) AS part
 GROUP BY breakdown, value
 ORDER BY breakdown, value;
