SELECT provider, declaration::text, valid_until, entries, entry, free, load
  FROM public.capacity_changes
 ORDER BY id;
