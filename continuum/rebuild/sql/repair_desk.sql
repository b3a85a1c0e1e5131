-- Replaces the rows of the keys in the temporary table `differing` by the rebuilt ones. An item stays
-- with the person who has taken it.
DELETE FROM public.cases
 USING differing
 WHERE differing.table_name = 'cases'
   AND cases.tracking_number = differing.key;
INSERT INTO public.cases
SELECT rebuilt.*
  FROM rebuild.cases AS rebuilt
  JOIN differing ON differing.table_name = 'cases' AND differing.key = rebuilt.tracking_number;

DELETE FROM public.happenings
 USING differing
 WHERE differing.table_name = 'happenings'
   AND happenings.request_id = differing.key;
INSERT INTO public.happenings
SELECT rebuilt.*
  FROM rebuild.happenings AS rebuilt
  JOIN differing ON differing.table_name = 'happenings' AND differing.key = rebuilt.request_id;

DELETE FROM public.notices
 USING differing
 WHERE differing.table_name = 'notices'
   AND notices.notice || ' ' || notices.audience = differing.key;
INSERT INTO public.notices
SELECT rebuilt.*
  FROM rebuild.notices AS rebuilt
  JOIN differing
    ON differing.table_name = 'notices'
   AND differing.key = rebuilt.notice || ' ' || rebuilt.audience;

DELETE FROM public.work_items
 USING differing
 WHERE differing.table_name = 'work_items'
   AND work_items.item_id = differing.key
   AND NOT EXISTS (SELECT FROM rebuild.work_items AS rebuilt
                    WHERE rebuilt.item_id = differing.key);
INSERT INTO public.work_items
SELECT rebuilt.*
  FROM rebuild.work_items AS rebuilt
  JOIN differing ON differing.table_name = 'work_items' AND differing.key = rebuilt.item_id
    ON CONFLICT (item_id) DO UPDATE
   SET kind           = excluded.kind,
       request_id     = excluded.request_id,
       participant    = excluded.participant,
       about          = excluded.about,
       why            = excluded.why,
       otherwise      = excluded.otherwise,
       number         = excluded.number,
       opened_at      = excluded.opened_at,
       due_at         = excluded.due_at,
       closed_at      = excluded.closed_at,
       closed_because = excluded.closed_because;

DELETE FROM public.said
 USING differing
 WHERE differing.table_name = 'said'
   AND said.engagement_id || ' ' || said.event_id = differing.key;
INSERT INTO public.said
SELECT rebuilt.*
  FROM rebuild.said AS rebuilt
  JOIN differing
    ON differing.table_name = 'said'
   AND differing.key = rebuilt.engagement_id || ' ' || rebuilt.event_id;

DELETE FROM public.report_states
 USING differing
 WHERE differing.table_name = 'report_states'
   AND report_states.engagement_id || ' ' || report_states.report_id = differing.key;
INSERT INTO public.report_states
SELECT rebuilt.*
  FROM rebuild.report_states AS rebuilt
  JOIN differing
    ON differing.table_name = 'report_states'
   AND differing.key = rebuilt.engagement_id || ' ' || rebuilt.report_id;
