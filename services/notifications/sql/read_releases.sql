-- The months published after $1, up to $2; without an earlier update, the last one alone.
SELECT month
  FROM releases
 WHERE month <= $2
   AND month > coalesce($1, (SELECT max(month) FROM releases WHERE month < $2), '')
 ORDER BY month;
