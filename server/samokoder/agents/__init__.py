"""Who answers: one file a role. An agent is a value: a brief, a role in prose, a typed answer."""
