-- Whether one of the windows $1 has to be swept (see take_window).
SELECT EXISTS (
    SELECT
      FROM retention_windows
     WHERE what = ANY ($1::text[])
       AND (next_at <= now() OR swept_at < (SELECT max(asked_at) FROM retention_orders)));
