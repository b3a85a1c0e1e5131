-- Rows of the kind $1, those that have been kept long enough, up to $2, and the oldest end among all.
SELECT count(*)                              AS rows,
       count(*) FILTER (WHERE since <= $2)   AS over,
       min(since)                            AS oldest
  FROM retained
 WHERE what = $1;
