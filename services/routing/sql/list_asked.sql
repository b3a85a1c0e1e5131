SELECT convert_from(value, 'UTF8')::json #>> '{data,provider}' AS provider, max(at) AS at
  FROM announced
 WHERE type = 'gov.cri.routing.offer_made.v1'
 GROUP BY 1;
