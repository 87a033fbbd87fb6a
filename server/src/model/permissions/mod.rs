//! The permission table: what each operation needs (`operations.rs`), and what some properties need beyond it
//! (`properties.rs`), read by what enforces it and by what writes it into the contract.
//!
//! Only permissions whose whole effect is enforced stand here; those of single properties count beside those of the
//! object, never by themselves. Rows come from Graph's permissions reference and from what its pages say of a
//! property; a `X.ReadWrite.All` counts wherever `X.Read.All` does. Who of the signed-in users may do an operation besides is the
//! table of `rights.rs`, which counts only where a server enforces roles.

mod grants;
mod need;
mod operations;
mod permission;
mod properties;
mod right;
mod rights;

pub use grants::{Grants, Principal};
pub use need::{Access, Alternatives, Missing, Need, PropertyNeeds, Reach};
pub use operations::*;
pub use permission::{Holders, Permission, Permissions, UnknownPermission};
pub use properties::*;
pub use right::{CONSENTING_ROLES, Right, Roles, Standing};
pub use rights::{Target, lets_act_upon, parts, right};
