"""Content that the house makes by itself for a first visit: a 360 master of a resuscitation bay, people and courses."""
