-- Tokens of a user that were issued before this time, in seconds since 1970, count no longer. Null: all count. It stands in a column, as
-- every request looks it up.
ALTER TABLE objects ADD COLUMN sessions_valid_from INTEGER;
