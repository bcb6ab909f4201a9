"""Writing scenarios: the page with text, graph, texts and try-out, and what it asks the server."""
