"""What is asked in each unit: one module per unit, each defining `UNIT`."""
