"""Torch objects as plain data, and the network of the transfer unit."""
