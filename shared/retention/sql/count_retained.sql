-- Counts the rows of the kind $1, and those with an end up to $2, which have been kept long enough; finds
-- the earliest end.
SELECT count(*)                              AS rows,
       count(*) FILTER (WHERE since <= $2)   AS over,
       min(since)                            AS oldest
  FROM retained
 WHERE what = $1;
