-- One matcher holds a lane at a time; a frozen one loses it when its transaction is ended.
SELECT lane, program, basis, swept_to,
       (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at
  FROM lanes
 WHERE lane = $1::text
   FOR UPDATE SKIP LOCKED;
