"""Commands for those who read what was collected."""
