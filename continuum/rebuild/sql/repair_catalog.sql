DELETE FROM public.catalog
 USING differing
 WHERE differing.table_name = 'catalog'
   AND catalog.number::text = differing.key;
INSERT INTO public.catalog (number, kind, id, body)
SELECT rebuilt.number, rebuilt.kind, rebuilt.id, rebuilt.body
  FROM rebuild.catalog AS rebuilt
  JOIN differing
    ON differing.table_name = 'catalog'
   AND differing.key = rebuilt.number::text;
