-- What a database of the first schema held: the log, the present in a table for each kind, and keys.
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (1, '2026-11-23 10:00:01', 'The registry', 'city', 'here', 'here', 'create', 1, '{"after":{"boundary":"community","country":"US","identifiers":{"cdp":"10894"},"locode":"US LAX","name":"Hère"}}', '2a3a30972a9d2688f0d241bf31ef8cf8c1b27c54cd4d03da25396b7721c36fb2', '0000000000000000000000000000000000000000000000000000000000000000', 'edc2197099d3b15722f60a6181f484eede289e83e73c4c1c486dc5507c00cd03');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (2, '2026-11-23 10:00:02', 'The registry', 'baseline', 'here', '1990', 'create', 1, '{"after":{"source":{"title":"A test"},"totals":{"basic":1000.5},"year":1990}}', '5ee138f99d66f47f87fa48f86f93e58e50d5b32fd21f38827a2d364d32c51da8', 'edc2197099d3b15722f60a6181f484eede289e83e73c4c1c486dc5507c00cd03', '0ef48e405e8de9bdff9111619d5ddb2b17f43fc176ffd8cd3d9984242f210f60');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (3, '2026-11-23 10:00:03', 'The registry', 'report', 'here', '2020', 'create', 1, '{"after":{"lines":[{"ref":"I.1.1","tonnes":9}],"source":{"title":"A test"},"totals":{"own":9},"year":2020}}', 'f3423c5ffdc2421ce49f3e8e246c6d2ee5fcbe4c72330efd271a3f3da433789f', '0ef48e405e8de9bdff9111619d5ddb2b17f43fc176ffd8cd3d9984242f210f60', '605e491edc9c2ba63165fc98f9ba4d1c7b2e9f71104205244637c69765a43916');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (4, '2026-11-23 10:00:04', 'The registry', 'target', 'here', '2030-half', 'create', 1, '{"after":{"baseline":"1990","kind":"base_year","level":"basic","milestones":[{"tonnes":700,"year":2025}],"reduction_percent":50,"source":{"title":"A test"},"standing":"adopted","target_year":2030}}', '5b50c0d87aa6d0c98eba49c21a8990a685a7b2e20b0b7f082d39add44c85b1dd', '605e491edc9c2ba63165fc98f9ba4d1c7b2e9f71104205244637c69765a43916', '7d81020465f450b280232c094d12cae322470db0665331a2960e19ae7014b73a');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (5, '2026-11-23 10:00:05', 'The registry', 'report', 'here', '2020', 'revise', 2, '{"after":{"lines":[{"ref":"I.1.1","tonnes":8}],"source":{"title":"A test"},"totals":{"own":8},"year":2020},"reason":"It''s a better count"}', 'd5bafb9042a633225b0bbfa89756a3a96f61bc7dc4039d5e62060faf7642af18', '7d81020465f450b280232c094d12cae322470db0665331a2960e19ae7014b73a', '990c48dbf9acc768958e5a91c0e6285ef14e0a1bf51e73d8fb7bc2c20b148695');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (6, '2026-11-23 10:00:06', 'The registry', 'report', 'here', '2021', 'create', 1, '{"after":{"source":{"title":"A test"},"totals":{"own":7},"year":2021}}', '11dd5bcc11b3f81beaf6d72c6435c56ca1fc0d15e7885a9f9cc2a5422d297fca', '990c48dbf9acc768958e5a91c0e6285ef14e0a1bf51e73d8fb7bc2c20b148695', 'f09a32469720e01492a5c8c7467f91c51caeeb34346ed6936b9f2f0b4e064a1a');
INSERT INTO changes (sequence, recorded_at, actor, kind, city, id, action, revision, body, body_hash, previous_hash, hash)
VALUES (7, '2026-11-23 10:00:07', 'The registry', 'report', 'here', '2021', 'withdraw', 2, '{"reason":"A slip"}', 'fb97ebacda643012d3f452119807c5e217b7d733c7f4f63d88fbccc895f45999', 'f09a32469720e01492a5c8c7467f91c51caeeb34346ed6936b9f2f0b4e064a1a', '324bc200bf5190d06f054df048b75900ba1678c6d7581cff66f77534c0ae5364');
UPDATE revision SET number = 7, head = '324bc200bf5190d06f054df048b75900ba1678c6d7581cff66f77534c0ae5364', keys = 1;
INSERT INTO cities (id, name, country, locode, boundary, withdrawn, revision, sequence, recorded_at, recorded_by)
VALUES ('here', 'Hère', 'US', 'US LAX', 'community', FALSE, 1, 1, '2026-11-23 10:00:01', 'The registry');
INSERT INTO city_identifiers (city, register, identifier) VALUES ('here', 'cdp', '10894');
INSERT INTO inventories (city, kind, id, year, basic_kg, source_title, withdrawn, revision, sequence, recorded_at, recorded_by)
VALUES ('here', 'baseline', '1990', 1990, 1000500, 'A test', FALSE, 1, 2, '2026-11-23 10:00:02', 'The registry');
INSERT INTO inventories (city, kind, id, year, own_kg, source_title, withdrawn, revision, sequence, recorded_at, recorded_by)
VALUES ('here', 'report', '2020', 2020, 8000, 'A test', FALSE, 2, 5, '2026-11-23 10:00:05', 'The registry');
INSERT INTO inventories (city, kind, id, year, own_kg, source_title, withdrawn, revision, sequence, recorded_at, recorded_by)
VALUES ('here', 'report', '2021', 2021, 7000, 'A test', TRUE, 2, 7, '2026-11-23 10:00:07', 'The registry');
INSERT INTO inventory_lines (city, kind, id, position, gpc_ref, kg) VALUES ('here', 'report', '2020', 0, 'I.1.1', 8000);
INSERT INTO targets (city, id, kind, level, baseline, baseline_kind, reduction_percent, target_year, standing, source_title,
    withdrawn, revision, sequence, recorded_at, recorded_by)
VALUES ('here', '2030-half', 'base_year', 'basic', '1990', 'baseline', 50, 2030, 'adopted', 'A test', FALSE, 1, 4, '2026-11-23 10:00:04', 'The registry');
INSERT INTO target_milestones (city, target, year, kg) VALUES ('here', '2030-half', 2025, 700000);
INSERT INTO keys (id, label, role, secret_hash, created_at)
VALUES ('01a212f7-7543-7699-ae9a-cec9821b2f0f', 'A clerk', 'reporter', 'e25ee9d7e0ce77173d7d5252be5f9b59cd304efb7d8a1315a519887ed8442aa8', '2026-11-23 10:00:00');
INSERT INTO key_cities (key_id, city) VALUES ('01a212f7-7543-7699-ae9a-cec9821b2f0f', 'here');
