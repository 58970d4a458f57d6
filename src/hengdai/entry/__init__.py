"""The doors: parse, call one verb, render. HTTP, command line and console; nothing here decides anything about a loan."""
