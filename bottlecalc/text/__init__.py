"""What people write, read and spelled: numbers, ranges, shapes."""
