-- For requests whose events are too old to contain a queue number, in the order of the first event
-- that queued each request.
INSERT INTO places (tracking_number, queue_number)
SELECT entering.subject, nextval('queue_numbers')
  FROM (SELECT subject, min(at) AS at, min("offset") AS place
          FROM announced
         WHERE type IN ('gov.cri.routing.request_triaged.v1',
                        'gov.cri.routing.request_waitlisted.v1')
           AND NOT EXISTS (SELECT FROM requests
                            WHERE requests.tracking_number = announced.subject
                              AND requests.queue_number IS NOT NULL)
           AND NOT EXISTS (SELECT FROM places
                            WHERE places.tracking_number = announced.subject)
         GROUP BY subject
        HAVING count(convert_from(value, 'UTF8')::json #>> '{data,queue_number}') = 0
         ORDER BY at, place, subject) AS entering;
