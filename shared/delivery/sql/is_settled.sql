SELECT EXISTS (SELECT FROM operation_outcomes WHERE operation = $1);
