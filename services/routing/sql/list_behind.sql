-- Requests about which more is announced than these tables hold.
SELECT requests.tracking_number
  FROM requests
  JOIN (SELECT subject, max(number) AS last
          FROM announced
         WHERE topic = 'cri.int.routing.v1'
         GROUP BY subject) AS told
    ON told.subject = requests.tracking_number
 WHERE told.last > requests.published
 ORDER BY requests.tracking_number;
