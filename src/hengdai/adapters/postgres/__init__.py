"""The book in PostgreSQL: server, tables, row-level security, transactions, bulk loading."""
