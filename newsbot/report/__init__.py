"""The page that shows an operator how the collection stands."""
