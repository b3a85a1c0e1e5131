-- The number up to which each contact was forgotten, and that of the stored contact; null if there is none.
SELECT participant, contact_id, forgotten.up_to, forgotten.never_write_again, contacts.number
  FROM unnest($1::text[], $2::text[]) AS said (participant, contact_id)
  LEFT JOIN forgotten USING (participant, contact_id)
  LEFT JOIN contacts USING (participant, contact_id);
