"""What changes scenarios and runs: one function per use case."""
