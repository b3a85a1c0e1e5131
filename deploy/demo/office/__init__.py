"""The people at the office's desk: they work through its pages, as staff do in a browser."""
