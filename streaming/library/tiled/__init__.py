"""Titles in motion-constrained tiles: which grid, how a segment is made and stored, the index over it, its check.

The format is in docs/tiles.md. `grid` and `packed` decide layouts; `segment` makes a segment of all qualities at once;
`boxes`, `index`, `srd` and `strips` write; `reader` reads what was written, for the check and for measurements.
"""
