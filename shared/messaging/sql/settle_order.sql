UPDATE operations
   SET outcome        = $2,
       detail         = $3,
       cause          = $4,
       parking_key    = $5,
       carried_out_at = clock_timestamp()
 WHERE id = $1;
