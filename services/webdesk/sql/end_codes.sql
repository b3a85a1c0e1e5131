DELETE FROM codes WHERE contact = $1;
