"""A unit's text becomes its notebooks: parsed, checked, assembled, released, handed out."""
