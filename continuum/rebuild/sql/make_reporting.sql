CREATE UNLOGGED TABLE rebuild.requests (LIKE public.requests INCLUDING ALL);
CREATE UNLOGGED TABLE rebuild.timeline (LIKE public.timeline INCLUDING DEFAULTS);
CREATE UNLOGGED TABLE rebuild.programs (LIKE public.programs INCLUDING ALL);
