-- All inputs to tell whether offers are to be withdrawn or engagements to be reported, in one round trip:
-- the catalog's version, the time, whether any engagement was reported because of its provider or program,
-- and when the next mail about an offer must be delivered.
SELECT (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at,
       EXISTS (SELECT FROM requests WHERE affected IS NOT NULL) AS is_any_affected,
       (SELECT min(reach_by) FROM unreached_offers) AS reach_by;
