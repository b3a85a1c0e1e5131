SELECT what, sum(number)::bigint AS number
  FROM counts
 GROUP BY what;
