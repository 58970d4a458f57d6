"""`hengdai witness`: a small server with which a party vouches for a log that it does not run."""
