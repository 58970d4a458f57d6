"""Arithmetic of lending: day counts, schedules, accrual, allocation and true cost, exact and without opinions."""
