-- Which role of which resource (a service principal) a user, a group or a service principal was assigned. The role is that of the
-- resource's with this id; zero: access without a role.
CREATE TABLE app_role_assignments (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB    NOT NULL,
    principal_row INTEGER NOT NULL REFERENCES objects (row),
    resource_row  INTEGER NOT NULL REFERENCES objects (row),
    app_role_id   BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (principal_row, resource_row, app_role_id)
) STRICT;

CREATE INDEX app_role_assignments_by_principal ON app_role_assignments (principal_row, number);
CREATE INDEX app_role_assignments_by_resource ON app_role_assignments (resource_row, number);

-- Which delegated permissions of which resource a client (both are service principals) was granted: for this user, or for every user,
-- which is row 0.
CREATE TABLE oauth2_permission_grants (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant        INTEGER NOT NULL,
    client_row    INTEGER NOT NULL REFERENCES objects (row),
    resource_row  INTEGER NOT NULL REFERENCES objects (row),
    principal_row INTEGER NOT NULL,
    scope         TEXT    NOT NULL,
    UNIQUE (client_row, resource_row, principal_row)
) STRICT;

CREATE INDEX oauth2_permission_grants_by_tenant ON oauth2_permission_grants (tenant, number);
CREATE INDEX oauth2_permission_grants_by_client ON oauth2_permission_grants (client_row, number);
CREATE INDEX oauth2_permission_grants_by_resource ON oauth2_permission_grants (resource_row, number);
CREATE INDEX oauth2_permission_grants_by_principal ON oauth2_permission_grants (principal_row, number);

-- What a tenant was given of the service principals that every tenant has: as many changes of these as there were by then.
ALTER TABLE tenants ADD COLUMN given INTEGER NOT NULL DEFAULT 0;

-- Roles of Graph's become assignments when the tenant is given Graph's service principal.
CREATE TABLE older_grants (
    tenant                INTEGER NOT NULL,
    service_principal_row INTEGER NOT NULL,
    role                  TEXT    NOT NULL,
    PRIMARY KEY (tenant, service_principal_row, role)
) STRICT, WITHOUT ROWID;

INSERT INTO older_grants (tenant, service_principal_row, role)
SELECT o.tenant, g.service_principal_row, g.role FROM granted_roles g JOIN objects o ON o.row = g.service_principal_row;

DROP TABLE granted_roles;
