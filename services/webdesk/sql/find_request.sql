SELECT reference
  FROM requests
 WHERE tracking_number = $1
   AND address_hash = $2
   AND (ended_at IS NULL OR ended_at > now() - $3::interval);
