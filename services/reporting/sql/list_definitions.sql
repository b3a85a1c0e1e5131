SELECT program, defined_by
  FROM programs
 ORDER BY program;
