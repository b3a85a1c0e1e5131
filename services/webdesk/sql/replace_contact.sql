-- The link that the contact had before is no longer good.
UPDATE requests
   SET link_hash = $2, address_hash = $3
 WHERE reference = $1;
