"""Words that everything speaks: money, rate, rounding, calendar, identity, bytes, checks. Imports nothing of ours."""
