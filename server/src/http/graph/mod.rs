//! Graph's operations: one file per noun extracts, opens a unit of work, calls one rule and answers. Annotation and handler
//! stand side by side. Nothing here knows SQL, and no `if` about the directory belongs here.

mod applications;
mod contacts;
mod devices;
mod directory_objects;
mod groups;
mod me;
mod members;
mod objects;
mod owners;
mod service_principals;
mod users;

use super::state::AppState;
use utoipa_axum::router::OpenApiRouter;

/// All of them, in the order in which the contract shows them.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(users::routes())
        .merge(me::routes())
        .merge(groups::routes())
        .merge(members::routes())
        .merge(owners::routes())
        .merge(devices::routes())
        .merge(service_principals::routes())
        .merge(applications::routes())
        .merge(contacts::routes())
        .merge(directory_objects::routes())
}
