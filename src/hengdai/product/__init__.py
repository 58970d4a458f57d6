"""What is offered: terms frozen into a loan, fees by payee, the cost, the disclosure table."""
