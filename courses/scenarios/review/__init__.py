"""After the run, with the database: debriefs, results, sign-offs, the learning record, boards and challenges."""
