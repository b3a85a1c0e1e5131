CREATE UNLOGGED TABLE rebuild.catalog (LIKE public.catalog INCLUDING ALL);
