SELECT request_id, tracking_number, agency, state_code, ori, accepted_at, first_contact_on, status,
       since, program, lane, provider
  FROM cases
 WHERE tracking_number = $1;
