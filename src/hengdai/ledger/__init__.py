"""What happened to money: chart of accounts as data, balanced entries, balances, the second bookkeeper."""
