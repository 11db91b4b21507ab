"""Commands for those who look after the store and the machines."""
