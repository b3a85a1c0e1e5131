DELETE FROM late_times
 WHERE at >= $1::timestamptz
   AND at < $2::timestamptz;
