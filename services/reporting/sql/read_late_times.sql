SELECT DISTINCT at, because
  FROM late_times
 WHERE at < $1::timestamptz
 ORDER BY at;
