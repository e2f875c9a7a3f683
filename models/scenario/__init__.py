"""What goes in: composed, listed, named by year, written into a link or a file."""
