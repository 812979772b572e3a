"""What all errors have in common that a user can mend."""


class BottlecalcError(Exception):
    """Something that the user can mend; its text is the one sentence that says what and how."""
