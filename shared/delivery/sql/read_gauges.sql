SELECT (SELECT count(*) FROM outbox) AS outbox,
       (SELECT coalesce(extract(epoch FROM now() - min(appended_at)), 0) FROM outbox)::float8 AS age,
       (SELECT count(*) FROM held) AS held,
       (SELECT count(*) FROM parked_keys) AS parked_keys,
       (SELECT count(*) FROM parked) AS parked,
       (SELECT count(*) FROM dead_letters WHERE NOT answered) AS dead,
       (SELECT count(*) FROM set_aside) AS set_aside;
