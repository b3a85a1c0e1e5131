CREATE UNLOGGED TABLE rebuild.cases (LIKE public.cases INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.happenings (LIKE public.happenings INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.notices (LIKE public.notices INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.work_items (LIKE public.work_items INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.said (LIKE public.said INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.report_states (LIKE public.report_states INCLUDING ALL);
