"""The world, each piece behind a port of app: database, clock, ids, files."""
