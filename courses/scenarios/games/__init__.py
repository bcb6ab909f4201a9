"""Games that reward being able to help, not clicking: a story, skills that stay, departments side by side."""
