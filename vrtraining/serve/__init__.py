"""`manage.py serve`: the whole centre on one machine, from one command."""
