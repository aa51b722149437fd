-- Which database this is: a random word, made with it. A copy has it too; another database has another one.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    word TEXT NOT NULL CHECK (length(word) = 32)
);
