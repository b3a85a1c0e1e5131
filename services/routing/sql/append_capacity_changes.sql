INSERT INTO capacity_changes (provider, declaration, valid_until, entries, entry, free, load)
SELECT provider, declaration, valid_until, entries, entry, free, load
  FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::integer[],
              $6::integer[], $7::integer[])
  WITH ORDINALITY
    AS changes (provider, declaration, valid_until, entries, entry, free, load, place)
 ORDER BY place;
