//! HTTP clients for tests. They talk to servers on this machine over plain HTTP, and show each answer as it came.

use reqwest::{Client, ClientBuilder, redirect::Policy};
use std::{sync::LazyLock, time::Duration};

/// How long a request may take: longer than a server takes for any. A request that reuses a connection just as it ends can wait
/// forever otherwise (hyperium/hyper#2312).
const LIMIT: Duration = Duration::from_secs(120);

/// A client with connections of its own, which end with the runtime of its test.
pub fn new() -> Client {
    builder().build().unwrap()
}

/// One client for all tests. It keeps no connections, since each test has a runtime of its own.
pub fn shared() -> &'static Client {
    static SHARED: LazyLock<Client> = LazyLock::new(|| builder().pool_max_idle_per_host(0).build().unwrap());
    &SHARED
}

/// Without the system's certificates: reading those takes longer than a request.
fn builder() -> ClientBuilder {
    Client::builder().no_proxy().redirect(Policy::none()).timeout(LIMIT).tls_certs_only([])
}
