"""Exercises for a school's learning management system: Moodle XML, GIFT, QTI."""
