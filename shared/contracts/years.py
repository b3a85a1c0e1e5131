"""The years that dates and times in messages may have."""

YEARS = range(1900, 2200)
