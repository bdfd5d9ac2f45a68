"""Where people meet the operator. A surface translates; it decides nothing."""
