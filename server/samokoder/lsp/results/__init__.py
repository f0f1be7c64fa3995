"""What clients get of a run: camelCase values, complete in themselves, so that a lost one does no harm."""
