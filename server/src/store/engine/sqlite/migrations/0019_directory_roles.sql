-- Administrative units are objects of kind 7, and directory roles of kind 8. Their members are in `memberships`. A role is found by
-- its template.
ALTER TABLE objects ADD COLUMN role_template_id TEXT;

CREATE UNIQUE INDEX directory_roles_by_template ON objects (tenant, role_template_id)
    WHERE kind = 8 AND deleted_at IS NULL AND role_template_id IS NOT NULL;
