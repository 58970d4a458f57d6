"""A door for clusters: the audit's core over an existing Spark, Arrow batches in and out."""
