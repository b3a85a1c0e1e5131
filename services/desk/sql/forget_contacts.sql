DELETE FROM case_files
 USING unnest($1::text[]) AS forgotten (contact_id)
 WHERE told -> 'contacts' @> jsonb_build_array(jsonb_build_object('contact_id', forgotten.contact_id));
