-- Sites that have ended, though their publications do not say so: what routing says of the end, and what was
-- published last about the site, if that is the end. The two may come in any order with what was published before.
SELECT publications.engagement_id, ended.at, ended.event_id, told.correlation,
       CASE WHEN told.status = 'ended' THEN told.value END AS told
  FROM publications
 CROSS JOIN LATERAL (
       SELECT value::text AS value, value ->> 'correlationid' AS correlation,
              value -> 'data' ->> 'status' AS status
         FROM site_events
        WHERE site_events.slug = publications.slug
          AND value ->> 'type' = 'gov.cri.reporting.site_changed.v1'
        ORDER BY number DESC
        LIMIT 1) AS told
  LEFT JOIN LATERAL (
       SELECT timeline.at, timeline.event_id
         FROM sites
         JOIN timeline USING (tracking_number)
        WHERE sites.engagement_id = publications.engagement_id
          AND timeline.at = sites.ended_at
          AND timeline.topic = 'cri.int.routing.v1'
          AND timeline.type IN ('engagement_closed', 'engagement_ended', 'request_withdrawn')
        ORDER BY sequence
        LIMIT 1) AS ended ON true
 WHERE publications.content::jsonb -> 'site' ->> 'status' <> 'ended'
   AND (told.status = 'ended' OR ended.at IS NOT NULL)
 ORDER BY publications.engagement_id;
