//! Members and owners of groups, by their ids.

use crate::{
    Client, GraphError,
    types::{ReferenceCreate, builder},
};
use uuid::Uuid;

impl Client {
    /// Makes an object of the directory a member of a group.
    ///
    /// # Errors
    /// `Request_BadRequest` where it is a member already, `Request_ResourceNotFound` where there is no such group or object,
    /// and what else the group or the caller's permissions don't allow.
    pub async fn add_member(&self, group: Uuid, member: Uuid) -> Result<(), GraphError> {
        self.add_group_member().id(group).body(reference(member)).send().await?;
        Ok(())
    }

    /// Takes a member out of a group.
    ///
    /// # Errors
    /// `Request_ResourceNotFound` where it isn't a member, and what the caller's permissions don't allow.
    pub async fn remove_member(&self, group: Uuid, member: Uuid) -> Result<(), GraphError> {
        self.remove_group_member().id(group).member_id(member).send().await?;
        Ok(())
    }

    /// Makes a user or a service principal an owner of a group.
    ///
    /// # Errors
    /// `Request_BadRequest` where it is an owner already, `Request_ResourceNotFound` where there is no such group or object,
    /// and what else the group or the caller's permissions don't allow.
    pub async fn add_owner(&self, group: Uuid, owner: Uuid) -> Result<(), GraphError> {
        self.add_group_owner().id(group).body(reference(owner)).send().await?;
        Ok(())
    }

    /// Takes an owner from a group.
    ///
    /// # Errors
    /// `Request_ResourceNotFound` where it isn't an owner, `Request_BadRequest` where it is the last user who is one, and what
    /// the caller's permissions don't allow.
    pub async fn remove_owner(&self, group: Uuid, owner: Uuid) -> Result<(), GraphError> {
        self.remove_group_owner().id(group).owner_id(owner).send().await?;
        Ok(())
    }
}

/// In the form that Graph and Roster take wherever they are reached.
fn reference(id: Uuid) -> builder::ReferenceCreate {
    ReferenceCreate::builder().odata_id(format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}"))
}
