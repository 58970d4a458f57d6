"""What an audit of a loan tape looks like on paper: one page for a board, then the clauses, the money and the loans."""
