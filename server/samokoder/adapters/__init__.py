"""The world: one file or folder for each library that reaches it."""
