"""Who may work with whom: the partner list of a funder, by day."""
