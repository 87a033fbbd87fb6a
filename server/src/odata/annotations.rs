//! The names of OData's annotations in bodies, and which of them are read.

const BIND: &str = "@odata.bind";

/// Whether a member of a body is read: properties are, and these annotations.
pub fn is_read(name: &str) -> bool {
    !name.contains('@') || ["@odata.id", "@odata.type"].contains(&name) || is_binding(name)
}

/// Whether a member binds objects, in whatever spelling: a binding that is dropped would look like one that was done.
pub fn is_binding(name: &str) -> bool {
    name.trim().to_ascii_lowercase().ends_with(BIND)
}

/// The name of the member that binds objects to a relationship.
pub fn binding(relationship: &str) -> String {
    format!("{relationship}{BIND}")
}
