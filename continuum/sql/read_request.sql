SELECT participant, reference, facts::text AS facts, published, ended, accepted_at
  FROM requests
 WHERE tracking_number = $1;
