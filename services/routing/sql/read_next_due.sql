-- All inputs to tell whether a clock has run out, in one round trip. Parked requests are ignored.
SELECT (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       (SELECT version FROM calendar_sweep) AS swept,
       (SELECT swept_to IS NOT NULL FROM calendar_sweep) AS is_sweeping,
       clock_timestamp() AS at,
       (SELECT due_at
          FROM requests
         WHERE due_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY due_at
         LIMIT 1) AS due_at,
       (SELECT next_at
          FROM late_clocks
         WHERE NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY next_at
         LIMIT 1) AS next_at;
