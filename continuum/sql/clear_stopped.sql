UPDATE checkpoints
   SET stopped_by = NULL,
       failures   = NULL
 WHERE stopped_by IS NOT NULL;
