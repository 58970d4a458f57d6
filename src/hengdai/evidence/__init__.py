"""Evidence that a stranger can check: a transparency log, its proofs, witnesses, records, bundles. All of it pure."""
