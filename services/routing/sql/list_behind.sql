-- Requests with published events that are not folded yet.
SELECT requests.tracking_number
  FROM requests
  JOIN (SELECT subject, max(number) AS last
          FROM announced
         WHERE topic = 'cri.int.routing.v1'
         GROUP BY subject) AS told
    ON told.subject = requests.tracking_number
 WHERE told.last > requests.published
 ORDER BY requests.tracking_number;
