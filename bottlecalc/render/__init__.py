"""Values into text; each kind of value has a file with its ``FORMATS``, by the format's name."""
