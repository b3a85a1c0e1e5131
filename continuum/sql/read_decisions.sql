SELECT number, id, at, record
  FROM decisions
 WHERE tracking_number = $1
 ORDER BY number;
