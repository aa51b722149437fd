-- The log keeps the wider CHECK of its kinds: entries cannot be taken out of a chain.
DROP TABLE statements;
