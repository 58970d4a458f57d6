"""The book format: a folder of tables that tells the lives of loans, and the maps from foreign files into it."""
