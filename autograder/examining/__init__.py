"""The trusted side: check cells judged outside, and what the candidate displayed made harmless."""
