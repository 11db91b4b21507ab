"""Who is told what is unlike the sources' normal, by which channel, and when."""
