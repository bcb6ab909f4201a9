"""A camera that turned, as if it had stood still: how it turned, and the pictures turned back (docs/steady.md)."""
