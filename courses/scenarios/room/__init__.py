"""The room of a run: who has its clock, what is told to those in it."""
