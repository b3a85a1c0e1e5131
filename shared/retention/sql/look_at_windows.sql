-- Whether one of the windows $1 is to be swept (see take_window), and whether all windows $2 are noted.
SELECT EXISTS (
           SELECT
             FROM retention_windows
            WHERE what = ANY ($1::text[])
              AND (next_at <= now() OR swept_at < (SELECT max(asked_at) FROM retention_orders)))
           AS is_due,
       (SELECT count(*) FROM retention_windows WHERE what = ANY ($2::text[])) = cardinality($2::text[])
           AS are_noted;
