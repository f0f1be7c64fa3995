"""The embedded model: answers by rules, inside the process."""
