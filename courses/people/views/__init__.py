"""Pages of this wing; each view reads its form, calls a service and answers."""
