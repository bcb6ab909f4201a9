"""What is said about a run after it has ended. Pure functions over a finished run: no database, no clock."""
