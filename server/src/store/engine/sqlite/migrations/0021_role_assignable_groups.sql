-- The groups to which directory roles can be assigned, a tenant's together.
CREATE INDEX role_assignable_groups ON objects (tenant) WHERE role_assignable IS TRUE AND purged_at IS NULL;
