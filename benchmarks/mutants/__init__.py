"""What the mutation benchmark plants, and where: hosts, seeds of defects, and changes of real constructs."""
