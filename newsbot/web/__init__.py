"""What the standards say of the web: addresses, encodings, dates, JSON-LD, opt-outs, private networks."""
