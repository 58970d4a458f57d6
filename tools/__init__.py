"""Tools of the house: layer check, size report, time box of slow tests. Nothing here ships in the package."""
