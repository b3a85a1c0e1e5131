SELECT tracking_number
  FROM public.requests
 WHERE tracking_number = ANY ($1::text[]);
