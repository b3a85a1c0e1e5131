-- Takes the copies' offers off the only entry of each provider's declaration. Closed engagements
-- give nothing back; the load counts open ones.
UPDATE capacities
   SET free = ARRAY[capacities.free[1] - taken.offers],
       load = capacities.load + taken.load
  FROM (SELECT offered[cardinality(offered)] AS provider,
               count(*)::integer AS offers,
               (count(*) FILTER (WHERE status NOT IN ('closed', 'withdrawn')))::integer AS load
          FROM requests
         WHERE queue_number BETWEEN $1::bigint AND $2::bigint
           AND offer_state IN ('open', 'accepted')
         GROUP BY 1) AS taken
 WHERE capacities.provider = taken.provider;
