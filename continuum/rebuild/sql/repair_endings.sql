UPDATE public.requests
   SET ended    = (SELECT rebuilt.ended
                     FROM rebuild.requests AS rebuilt
                    WHERE rebuilt.tracking_number = requests.tracking_number),
       ended_at = (SELECT rebuilt.ended_at
                     FROM rebuild.requests AS rebuilt
                    WHERE rebuilt.tracking_number = requests.tracking_number)
  FROM differing
 WHERE differing.table_name = 'endings'
   AND requests.tracking_number = differing.key;
