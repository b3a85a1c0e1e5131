SELECT (SELECT count(*) FROM held) AS held,
       (SELECT count(*) FROM parked) AS parked,
       (SELECT count(*) FROM outbox) AS outbox,
       (SELECT min(appended_at) FROM outbox) AS outbox_since,
       (SELECT count(*) FROM set_aside) AS set_aside;
