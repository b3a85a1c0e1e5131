"""What mails say: their templates, which notifications sends and the desk shows. Pure."""
