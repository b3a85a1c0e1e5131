-- Each site's events after the last known one, and all events of other sites. Sites are found one by one through
-- the primary key, so that known events are not read; OFFSET 0 keeps the lookup of each site apart.
WITH RECURSIVE sites (slug) AS (
    (SELECT slug FROM site_events ORDER BY slug LIMIT 1)
     UNION ALL
    SELECT (SELECT event.slug
              FROM site_events AS event
             WHERE event.slug > sites.slug
             ORDER BY event.slug
             LIMIT 1)
      FROM sites
     WHERE sites.slug IS NOT NULL
)
SELECT event.slug, event.number, event.value::text AS value
  FROM sites
  LEFT JOIN unnest($1::text[], $2::bigint[]) AS known (slug, number)
         ON known.slug = sites.slug
 CROSS JOIN LATERAL (
       SELECT slug, number, value
         FROM site_events
        WHERE site_events.slug = sites.slug
          AND site_events.number > coalesce(known.number, 0)
       OFFSET 0) AS event
 ORDER BY event.slug, event.number;
