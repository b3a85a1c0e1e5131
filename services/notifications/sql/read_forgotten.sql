-- Up to which number each contact was forgotten, and under which it is stored; null if it was not, or is not.
SELECT participant, contact_id, forgotten.up_to, forgotten.never_write_again, contacts.number
  FROM unnest($1::text[], $2::text[]) AS said (participant, contact_id)
  LEFT JOIN forgotten USING (participant, contact_id)
  LEFT JOIN contacts USING (participant, contact_id);
