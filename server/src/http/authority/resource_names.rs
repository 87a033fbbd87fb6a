//! What clients call Graph: its own names, and this server's.

use crate::{
    auth::tokens::{GRAPH, GRAPH_APP_ID},
    directory::sign_in::{
        resources::ResourceName,
        scopes::{Scopes, trimmed},
    },
    http::{AppState, origin::Origin},
    model::names,
};
use axum::http::Extensions;

/// The hosts by which clients mean this server, with their ports and without.
#[derive(Debug, Clone)]
pub(super) struct ResourceNames(Vec<String>);

impl ResourceNames {
    /// Those of a request with these extensions.
    pub(super) fn of(app: &AppState, request: &Extensions) -> Self {
        let hosts = match request.get::<Origin>() {
            Some(origin) => app.hosts(origin).into_iter().map(str::to_owned).collect(),
            None => Vec::new(),
        };
        Self(hosts)
    }

    /// The resource that these scopes are of.
    pub(super) fn of_scopes(&self, scopes: &Scopes) -> ResourceName {
        scopes.resource.as_deref().map_or(ResourceName::Graph, |name| self.named(name))
    }

    /// The resource of this name.
    pub(super) fn named(&self, name: &str) -> ResourceName {
        if self.mean_graph(&names::key(trimmed(name))) {
            ResourceName::Graph
        } else {
            ResourceName::Other(name.to_owned())
        }
    }

    /// Whether this key of a name is one of Graph's or this server's: applications' own names are looked up by the same keys, and none of
    /// them may be taken for Graph's.
    fn mean_graph(&self, name: &str) -> bool {
        let host = ["https://", "http://"].iter().find_map(|scheme| name.strip_prefix(scheme));
        name == GRAPH
            || name == GRAPH_APP_ID
            || host.is_some_and(|host| self.0.iter().any(|own| is_host(own, host)))
    }
}

/// Whether a text names this host. Some clients leave the port out.
fn is_host(own: &str, text: &str) -> bool {
    let without_port =
        own.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    own.eq_ignore_ascii_case(text) || without_port.is_some_and(|(host, _)| host.eq_ignore_ascii_case(text))
}
