-- Lets a transaction read whole tables; the limits for batches would make that slow, or abort it.
SELECT set_config(name, value, true)
  FROM (
           VALUES ('enable_seqscan', 'on'),
                  ('enable_hashjoin', 'on'),
                  ('enable_mergejoin', 'on'),
                  ('plan_cache_mode', 'force_custom_plan'),
                  ('statement_timeout', '60000'),
                  ('transaction_timeout', '0')
       ) AS setting (name, value);
