//! What a tenant has besides the objects of its directory, such as its domains: each kind of resource is declared once, as an entity
//! is.

use super::{
    navigation::Navigation,
    properties::{Entity, Property},
};

/// A kind of resource, and what every entity has in common with one.
#[derive(Debug, Clone, Copy)]
pub struct Resource {
    /// Its name in the singular, as in `#microsoft.graph.domain`.
    pub name: &'static str,
    /// The name of the type that it is one of.
    pub base: &'static str,
    /// Its entity set, as in `/domains` and `$metadata#domains`.
    pub set: &'static str,
    /// Its name with its article, for messages.
    pub words: &'static str,
    /// Its name in the directory's error messages, as in `resource 'Group'`.
    pub resource: &'static str,
    /// What it is, for the contract.
    pub description: &'static str,
    /// Its navigation properties.
    pub navigation: &'static [Navigation],
    /// Its properties, in the order in which Graph prints them.
    pub properties: &'static [Property],
}

impl Resource {
    /// `#microsoft.graph.{name}`, as `@odata.type` says it.
    pub fn odata_type(&self) -> String {
        format!("#microsoft.graph.{}", self.name)
    }
}

impl From<&'static Entity> for Resource {
    fn from(entity: &'static Entity) -> Self {
        Self {
            name: entity.name,
            base: "directoryObject",
            set: entity.set,
            words: entity.words,
            resource: entity.resource,
            description: entity.description,
            navigation: entity.navigation,
            properties: entity.properties,
        }
    }
}

impl From<&'static Self> for Resource {
    fn from(resource: &'static Self) -> Self {
        *resource
    }
}
