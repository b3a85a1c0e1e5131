-- Reporting writes these outside of batches when a program opens on its date.
SELECT program
  FROM public.programs
 ORDER BY program
   FOR UPDATE;
