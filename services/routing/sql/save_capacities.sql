UPDATE capacities
   SET declaration   = decided.declaration,
       valid_until   = decided.valid_until,
       entries       = decided.entries,
       free          = decided.free::integer[],
       load          = decided.load,
       last_offer    = decided.last_offer
  FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::integer[],
              $7::bigint[])
    AS decided (provider, declaration, valid_until, entries, free, load, last_offer)
 WHERE capacities.provider = decided.provider;
