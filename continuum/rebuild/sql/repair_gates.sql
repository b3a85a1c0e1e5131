DELETE FROM public.gates
 USING differing
 WHERE differing.table_name = 'gates'
   AND gates.topic || ' ' || gates.subject = differing.key;
INSERT INTO public.gates (topic, subject, last)
SELECT rebuilt.topic, rebuilt.subject, rebuilt.last
  FROM rebuild.gates AS rebuilt
  JOIN differing
    ON differing.table_name = 'gates'
   AND differing.key = rebuilt.topic || ' ' || rebuilt.subject;
