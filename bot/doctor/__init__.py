"""`autopotter doctor`: looks at everything, changes nothing. One module for each group of checks."""
