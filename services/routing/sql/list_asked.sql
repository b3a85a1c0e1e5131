-- When the matcher made its last offer to each provider. Directed offers do not count for "longest
-- without an offer"; events before 0.3.0 do not tell the two apart.
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
