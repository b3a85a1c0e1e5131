SELECT participant, contact_id, name, title, email, phone, zone
  FROM contacts
 WHERE (participant, contact_id) IN (SELECT * FROM unnest($1::text[], $2::text[]));
