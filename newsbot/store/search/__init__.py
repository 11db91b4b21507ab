"""Full text search over what is stored: the same terms, the same query and the same hits on both databases."""
