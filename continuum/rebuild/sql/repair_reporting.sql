-- Replaces the rows of the keys in the temporary table `differing` by the rebuilt ones.
DELETE FROM public.requests
 USING differing
 WHERE differing.table_name = 'requests'
   AND requests.tracking_number = differing.key;
INSERT INTO public.requests
SELECT rebuilt.*
  FROM rebuild.requests AS rebuilt
  JOIN differing ON differing.table_name = 'requests' AND differing.key = rebuilt.tracking_number;

DELETE FROM public.timeline
 USING differing
 WHERE differing.table_name = 'timeline'
   AND timeline.tracking_number = differing.key;
INSERT INTO public.timeline
SELECT rebuilt.*
  FROM rebuild.timeline AS rebuilt
  JOIN differing ON differing.table_name = 'timeline' AND differing.key = rebuilt.tracking_number;

-- Every released month is counted again with the next release: it may have counted the rows before.
INSERT INTO public.late_times (at, because)
SELECT (body ->> 'begins_at')::timestamptz, 'rebuilt'
  FROM public.releases
 WHERE EXISTS (SELECT FROM differing WHERE table_name IN ('requests', 'timeline'));

DELETE FROM public.programs
 USING differing
 WHERE differing.table_name = 'programs'
   AND programs.program = differing.key;
INSERT INTO public.programs
SELECT rebuilt.*
  FROM rebuild.programs AS rebuilt
  JOIN differing ON differing.table_name = 'programs' AND differing.key = rebuilt.program;
