SELECT DISTINCT offer_declaration::text
  FROM requests
 WHERE offer_declaration IS NOT NULL;
