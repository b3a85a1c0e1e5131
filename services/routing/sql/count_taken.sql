-- Capacity taken from each declaration; a declined or lapsed offer has returned it.
SELECT offer_declaration::text, offer_entry, count(*)
  FROM requests
 WHERE offer_declaration IS NOT NULL
   AND offer_state IN ('open', 'accepted')
 GROUP BY offer_declaration, offer_entry;
