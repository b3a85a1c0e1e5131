-- Openings by date are known only from the service's announcements on its own topic.
UPDATE rebuild.programs
   SET opening_told = true,
       changed_at   = told.at
  FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS told (program, defined_by, at)
 WHERE programs.program = told.program
   AND programs.defined_by = told.defined_by;
