DELETE FROM case_files
 WHERE until <= now()
    OR until IS NULL AND asked_at < now() - interval '1 day';
