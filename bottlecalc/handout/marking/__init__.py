"""A class marked: files as schools have them, answers as pupils write them."""
