SELECT body::text AS body
  FROM catalog
 WHERE kind = 'ruleset'
 ORDER BY number;
