"""Foreign loan tapes: files and queries as batches of text or typed columns."""
