-- All capacities, without locks: for proposals, which take nothing.
SELECT provider, declaration::text, valid_until, entries, free, load, last_offer
  FROM capacities
 ORDER BY provider;
