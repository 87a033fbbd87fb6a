//! The operations as tools of agents, in the form in which MCP lists them. `cargo xtask openapi` makes the file from the
//! contract, and `cargo xtask openapi --check` fails where it isn't what the routes say.

use super::{state::AppState, static_files::StaticFile};
use axum::{Router, http::HeaderMap, routing::get};
use std::sync::LazyLock;

static TOOLS: LazyLock<StaticFile> =
    LazyLock::new(|| StaticFile::new("application/json", include_str!("../../../openapi/mcp-tools.json")));

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/mcp-tools.json", get(|headers: HeaderMap| async move { TOOLS.answer(&headers) }))
}
