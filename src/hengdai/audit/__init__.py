"""The audit of a foreign loan tape: every figure is a claim, recomputed and judged. Columns in, findings out."""
