UPDATE requests
   SET published = greatest(requests.published, counted.last)
  FROM (SELECT subject, max(number) AS last
          FROM announced
         WHERE topic = 'cri.int.notifications.v1'
         GROUP BY subject) AS counted
 WHERE requests.tracking_number = counted.subject;
