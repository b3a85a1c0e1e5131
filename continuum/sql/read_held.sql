SELECT for_topic || ' ' || for_subject || '/' || for_number AS what,
       count(*) AS count,
       min(held_at) AS since
  FROM held
 GROUP BY 1
 ORDER BY min(held_at)
 LIMIT 20;
