-- All inputs to tell whether a clock has run out, in one round trip. Parked requests are ignored.
SELECT (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at,
       (SELECT due_at
          FROM requests
         WHERE due_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM parked_keys WHERE key = tracking_number)
         ORDER BY due_at
         LIMIT 1) AS due_at;
