SELECT provider, declaration::text, valid_until, entries, free, load, last_offer
  FROM public.capacities;
