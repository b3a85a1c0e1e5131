GRANT EXECUTE ON FUNCTION load_batch_1, request_row_1 TO {service};
