"""Words that everything speaks: money, rate, rounding, calendar, identity, canonical bytes, checks. Imports nothing of ours."""
