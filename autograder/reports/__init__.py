"""What was graded, told: scores and feedback pages."""
