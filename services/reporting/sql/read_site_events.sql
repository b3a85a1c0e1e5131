SELECT event.slug, event.number, event.value::text AS value
  FROM site_events AS event
  LEFT JOIN unnest($1::text[], $2::bigint[]) AS known (slug, number)
         ON known.slug = event.slug
 WHERE event.number > coalesce(known.number, 0)
 ORDER BY event.slug, event.number;
