"""Student code somewhere else: the sandbox, and the conversation with the candidate in it."""
