"""What happens when: decide, perform, advance, and the loop that joins them."""
