"""The life of one loan: a transition table, pure decide and fold, postings derived from events."""
