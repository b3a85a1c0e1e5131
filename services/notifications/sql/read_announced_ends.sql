-- How far the participants' topics go.
SELECT topic, max(number) AS last
  FROM announced
 WHERE topic LIKE 'cri.out.%'
 GROUP BY topic;
