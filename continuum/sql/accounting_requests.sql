SELECT tracking_number, participant, published, confided
  FROM requests
 WHERE tracking_number > $1
 ORDER BY tracking_number
 LIMIT $2;
