SELECT stated_at AS at, participant, about, answer, note, count(*) OVER () AS held
  FROM notes
 WHERE tracking_number = $1
 ORDER BY stated_at DESC, fact
 LIMIT $2;
