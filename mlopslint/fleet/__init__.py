"""Many repositories from a list: who they are (members), assessing them side by side (run), what is kept of each (results)."""
