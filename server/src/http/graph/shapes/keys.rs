//! What names an object in a path: an id, for some kinds a name too, for others nothing.

use crate::{
    http::{
        extract::{FromPath, IdKey},
        operation::Operation,
    },
    model::{
        self,
        ids::{AsWritten, ObjectId},
    },
    odata::reference::Key,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use utoipa::{
    PartialSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// What names an object in a path.
pub(in crate::http::graph) trait ObjectKey: FromPath + Send + Sync + 'static {
    /// What rules take.
    type Key: Send + Sync + 'static;
    /// What rules take.
    fn key(&self) -> &Self::Key;
    /// What stands after the set's name in links. Where a path has no key, it isn't asked for one.
    fn in_link(&self) -> String;
    /// An operation whose path has it, of an object with this noun, such as this one.
    fn document(operation: Operation, noun: &str, example: &str) -> Operation;
}

impl ObjectKey for Key {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }

    fn in_link(&self) -> String {
        format!("/{}", utf8_percent_encode(self.text(), NON_ALPHANUMERIC))
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        let description = format!("The {noun}'s id or sign-in name.");
        operation.key("id", String::schema(), description, example)
    }
}

impl ObjectKey for AsWritten<ObjectId> {
    type Key = Self;

    fn key(&self) -> &Self {
        self
    }

    fn in_link(&self) -> String {
        format!("/{}", self.value)
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        operation.key("id", guid(), format!("The {noun}'s id."), example)
    }
}

impl ObjectKey for IdKey {
    type Key = Key;

    fn key(&self) -> &Key {
        &self.0
    }

    fn in_link(&self) -> String {
        match &self.0 {
            Key::Id(id) => id.in_link(),
            Key::UserPrincipalName(_) => self.0.in_link(),
            Key::Alternate { kind, value } => {
                let property = model::entity(*kind).alternate_key.unwrap_or_default();
                let quoted = value.replace('\'', "''");
                format!("({property}='{}')", utf8_percent_encode(&quoted, NON_ALPHANUMERIC))
            }
        }
    }

    fn document(operation: Operation, noun: &str, example: &str) -> Operation {
        AsWritten::<ObjectId>::document(operation, noun, example)
    }
}

pub(in crate::http::graph) fn guid() -> RefOr<Schema> {
    let format = Some(SchemaFormat::KnownFormat(KnownFormat::Uuid));
    ObjectBuilder::new().schema_type(Type::String).format(format).into()
}
