"""What differs between two counts, and between two revisions."""
