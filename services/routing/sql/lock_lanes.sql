SELECT lane
  FROM lanes
 ORDER BY lane
   FOR UPDATE;
