"""Attacks with the credentials of one participant, beside a bystander that must not notice."""
