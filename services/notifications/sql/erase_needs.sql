-- The needs of the requests $1, which have ended: nobody amends them.
DELETE FROM needs
 WHERE tracking_number = ANY ($1::text[]);
