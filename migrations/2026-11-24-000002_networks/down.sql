DROP TABLE members;
DROP TABLE networks;
