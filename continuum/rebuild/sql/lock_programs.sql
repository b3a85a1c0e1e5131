-- What reporting writes outside of batches: that a program has opened by its date.
SELECT program
  FROM public.programs
 ORDER BY program
   FOR UPDATE;
