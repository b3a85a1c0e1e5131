-- What is to be announced about clocks, as it is handed to the statement that writes decisions. A
-- row without `next_at` is deleted. With `misses` = 0 in `late_clocks`, the clock still runs, and the
-- one who must act is reminded at `next_at`. Such a row means nothing once the clock has stopped
-- (`stands` in services/routing/life/late.py), so an earlier release may run beside this one.
CREATE TYPE late_clock_row AS (
    tracking_number text,
    clock           text,
    status          text,
    due_at          timestamptz,
    misses          integer,
    next_at         timestamptz,
    cause           text
);
