SELECT provider, declaration::text, valid_until, entries, free, load, last_offer
  FROM capacities
 WHERE provider = ANY ($1::text[])
 ORDER BY provider
   FOR UPDATE;
