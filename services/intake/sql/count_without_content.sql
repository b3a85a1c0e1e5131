SELECT count(*)
  FROM announced
  JOIN requests
    ON requests.tracking_number = announced.subject
 WHERE announced.type = 'gov.cri.intake.request_accepted.v1'
   AND requests.content = '';
