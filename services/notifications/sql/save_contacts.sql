INSERT INTO contacts (participant, contact_id, name, title, email, phone, zone)
SELECT participant, contact_id, name, title, email, phone, zone
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]
       ) AS given (participant, contact_id, name, title, email, phone, zone)
 ORDER BY participant, contact_id
    ON CONFLICT (participant, contact_id) DO UPDATE
   SET name  = excluded.name,
       title = excluded.title,
       email = excluded.email,
       phone = excluded.phone,
       zone  = excluded.zone;
