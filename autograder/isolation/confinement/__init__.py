"""What the kernel keeps from a candidate: set up from outside, and given up from inside."""
