SELECT participant, about, since, pages
  FROM listings
  JOIN unnest($1::text[], $2::text[]) AS asked (participant, about)
 USING (participant, about);
