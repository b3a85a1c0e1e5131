SELECT topic, partition, next_offset, stopped_by, refused_because, lost, dead, moved_at,
       applied + duplicate + ignored + held + refused + parked + dead AS taken_in
  FROM checkpoints
 ORDER BY topic, partition;
