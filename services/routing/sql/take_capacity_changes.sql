SELECT id, provider, declaration::text, valid_until, entries, entry, free, load
  FROM capacity_changes
 ORDER BY id
 LIMIT $1::integer;
