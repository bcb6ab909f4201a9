"""Pages: choosing and playing scenarios, the debrief, the games, the instructor's overview."""
