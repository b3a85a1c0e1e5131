-- What the requests have taken of each declaration: an offer that came to nothing gave it back.
SELECT offer_declaration::text, offer_entry, count(*)
  FROM requests
 WHERE offer_declaration IS NOT NULL
   AND offer_state IN ('open', 'accepted')
 GROUP BY offer_declaration, offer_entry;
