-- Advance the sequence past the queue numbers in events published after the dump, of whatever type.
WITH said AS MATERIALIZED (
         SELECT max((convert_from(value, 'UTF8')::json #>> '{data,queue_number}')::bigint) AS last
           FROM announced),
     given AS MATERIALIZED (SELECT nextval('queue_numbers') AS last)
SELECT count(nextval('queue_numbers'))
  FROM said, given, generate_series(given.last + 1, said.last);
