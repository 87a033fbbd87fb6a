-- A random number of each change. By that of the last change that an index may have, it is told from an index of another directory, or
-- of a copy of this one that went another way.
ALTER TABLE changes ADD COLUMN mark INTEGER;
UPDATE changes SET mark = random() WHERE position = (SELECT max(position) FROM changes);

-- They did so before, but told a copy only where a server had begun on it.
DROP TABLE index_eras;
