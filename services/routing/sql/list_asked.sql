-- When each provider was last asked by the matcher. A directed offer takes no part in "longest
-- without an offer"; an event before 0.3.0 does not say which it is.
SELECT provider, max(at) AS at
  FROM (SELECT at,
               convert_from(value, 'UTF8')::json #>> '{data,provider}' AS provider,
               convert_from(value, 'UTF8')::json #>> '{data,declaration}' AS declaration,
               convert_from(value, 'UTF8')::json #>> '{data,decided}' AS decided
          FROM announced
         WHERE type = 'gov.cri.routing.offer_made.v1') AS made
 WHERE declaration IS NOT NULL
    OR decided IS NULL
 GROUP BY provider;
