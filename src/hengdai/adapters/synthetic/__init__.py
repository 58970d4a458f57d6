"""The synthetic Chinese facilitation book: invented parties, seeded draws, the truth about every disguised charge."""
