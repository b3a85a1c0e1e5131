SELECT topic, partition, "offset", given_up
  FROM rebuild.left_out;
