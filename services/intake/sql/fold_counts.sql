-- Raises the counts of each request's events, and takes the facts of the last event that has them.
UPDATE requests
   SET published = greatest(requests.published, counted.published),
       confided  = greatest(requests.confided, counted.confided),
       facts     = CASE WHEN counted.published > requests.published
                        THEN coalesce(counted.facts, requests.facts)
                        ELSE requests.facts
                   END
  FROM (SELECT subject,
               max(number) FILTER (WHERE topic = 'cri.int.intake.v1') AS published,
               max(number) FILTER (WHERE topic = 'cri.int.confidential.v1') AS confided,
               (SELECT convert_from(last.value, 'UTF8')::json -> 'data'
                  FROM announced AS last
                 WHERE last.topic = 'cri.int.intake.v1'
                   AND last.subject = each.subject
                   AND last.type IN ('gov.cri.intake.request_accepted.v1',
                                     'gov.cri.intake.request_amended.v1')
                 ORDER BY last.number DESC
                 LIMIT 1) AS facts
          FROM announced AS each
         WHERE topic IN ('cri.int.intake.v1', 'cri.int.confidential.v1')
         GROUP BY subject) AS counted
 WHERE requests.tracking_number = counted.subject;
