"""Verbs: one use case per file; the only place where the parts meet. Every verb is async and takes an Office."""
