"""Downloads of learning management systems become submissions."""
