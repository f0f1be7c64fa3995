"""Where generated code is run: dependency environments, and runners with different isolation."""
