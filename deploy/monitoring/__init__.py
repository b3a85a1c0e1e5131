"""Alert rules, their tests and dashboards; `make alerts` proves them."""
