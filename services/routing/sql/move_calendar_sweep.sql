UPDATE calendar_sweep
   SET swept_to = $1::text;
