-- How many mails are in each state, and how many seconds ago the first of them was prepared.
SELECT state, stage, status, count(*), extract(epoch FROM now() - min(prepared_at))::double precision
  FROM mails
 GROUP BY state, stage, status;
