-- All inputs to tell whether offers are to be withdrawn or work to be named, in one round trip: the
-- catalog's version, the time, whether any work was named because of a provider or a program, and by when
-- somebody must be reached about an offer.
SELECT (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at,
       EXISTS (SELECT FROM requests WHERE affected IS NOT NULL) AS is_any_affected,
       (SELECT min(reach_by) FROM unreached_offers) AS reach_by;
