"""Language models behind OpenAI-compatible endpoints: choosing one, talking to it, what may go wrong."""
