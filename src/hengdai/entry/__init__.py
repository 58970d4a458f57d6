"""The doors (HTTP, command line, console): parse, call one verb, render. Nothing here decides about a loan."""
