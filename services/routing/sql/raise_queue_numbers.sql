-- Advance the sequence past the queue numbers in events published after the dump.
WITH said AS MATERIALIZED (
         SELECT max((convert_from(value, 'UTF8')::json #>> '{data,queue_number}')::bigint) AS last
           FROM announced
          WHERE type IN ('gov.cri.routing.request_triaged.v1',
                         'gov.cri.routing.request_waitlisted.v1',
                         'gov.cri.routing.offer_declined.v1',
                         'gov.cri.routing.offer_lapsed.v1',
                         'gov.cri.routing.request_recorded.v1')),
     given AS MATERIALIZED (SELECT nextval('queue_numbers') AS last)
SELECT count(nextval('queue_numbers'))
  FROM said, given, generate_series(given.last + 1, said.last);
