SELECT now() AS now,
       (SELECT count(*) FROM held) AS held,
       (SELECT count(*) FROM parked) AS parked,
       (SELECT count(*) FROM dead_letters) AS dead,
       (SELECT min(failed_at) FROM dead_letters) AS dead_since,
       (SELECT count(*) FROM outbox) AS outbox,
       (SELECT min(appended_at) FROM outbox) AS outbox_since,
       (SELECT count(*) FROM set_aside) AS set_aside,
       (SELECT min(set_aside_at) FROM set_aside) AS set_aside_since;
