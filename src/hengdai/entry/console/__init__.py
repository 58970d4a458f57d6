"""The console: a calm view of the book in the browser, Chinese by default and English by a switch. It only reads."""
