UPDATE tellings
   SET told_to = $2,
       ended   = $3
 WHERE fact = $1;
