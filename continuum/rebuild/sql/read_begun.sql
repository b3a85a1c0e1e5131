SELECT build
  FROM rebuild.begun;
