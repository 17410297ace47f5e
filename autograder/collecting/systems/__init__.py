"""How each learning management system names what it writes, read from the side that the system writes."""
