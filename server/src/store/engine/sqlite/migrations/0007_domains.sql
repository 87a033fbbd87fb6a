-- The domains of tenants. A name is in lower case, and one tenant's alone. Each tenant has its initial domain, which follows
-- from its id; the whole of it where the first eight digits are those of an older tenant too. store/domains.rs makes
-- those of new tenants in the same way.
CREATE TABLE domains (
    name   TEXT    NOT NULL PRIMARY KEY,
    tenant INTEGER NOT NULL REFERENCES tenants (number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX domains_by_tenant ON domains (tenant, name);

-- The domain of new mail addresses.
ALTER TABLE tenants ADD COLUMN default_domain TEXT;

INSERT OR IGNORE INTO domains (name, tenant)
    SELECT lower(substr(hex(id), 1, 8)) || '.roster.local', number FROM tenants ORDER BY number;

INSERT INTO domains (name, tenant)
    SELECT substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-' || substr(digits, 13, 4) || '-'
        || substr(digits, 17, 4) || '-' || substr(digits, 21) || '.roster.local', number
    FROM (SELECT number, lower(hex(id)) AS digits FROM tenants WHERE number NOT IN (SELECT tenant FROM domains));

UPDATE tenants SET default_domain = (SELECT name FROM domains WHERE tenant = number);
