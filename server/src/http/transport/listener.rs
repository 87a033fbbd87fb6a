//! The accept loop, the threads that serve connections, and a graceful end.
//!
//! Each thread has a runtime of its own and connections of its own, handed out in turn: a request stays on the thread that
//! its connection is on. So nothing that takes long may run on these threads.

use super::{
    App,
    connection::{self, Accepted},
    connections::{ConnectionSlots, Slot},
    limits::Limits,
    tls::TlsSettings,
};
use futures::future::select_all;
use std::{future::Future, io, pin::pin, thread, time::Duration};
use tokio::{
    net::TcpListener,
    runtime,
    sync::{mpsc, oneshot},
    time::{sleep, timeout},
};

/// Events of connections that a thread looks at together at most.
const MAX_EVENTS: usize = 4096;

/// What is listened on, and whether by TLS.
#[derive(Debug)]
pub struct Endpoint {
    listener: TcpListener,
    tls: Option<TlsSettings>,
}

impl Endpoint {
    /// Connections are plain HTTP.
    pub const fn plain(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }

    /// Connections are HTTP by TLS.
    pub const fn tls(listener: TcpListener, settings: TlsSettings) -> Self {
        Self { listener, tls: Some(settings) }
    }
}

/// Serves connections to these, one at least, until `stop` is done, then ends those that are idle and waits for the others. Fails
/// where a thread can't be started.
pub async fn serve(
    mut endpoints: Vec<Endpoint>,
    app: impl App,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let slots = ConnectionSlots::new(limits);
    let start = |_| ServingThread::start(app.clone(), limits);
    let threads = (0..limits.threads.max(1)).map(start).collect::<io::Result<Vec<_>>>()?;
    let mut in_turn = threads.iter().cycle();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&mut endpoints) => accepted,
            () = &mut stop => break,
        };
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                after_failed_accept(&error).await;
                continue;
            }
        };
        // Only now: a connection is closed for another one that is there.
        let slot = tokio::select! {
            slot = slots.take() => slot,
            () = &mut stop => break,
        };
        let serves = |thread: &ServingThread| thread.connections.send((accepted, slot)).is_ok();
        if !in_turn.next().is_some_and(serves) {
            return Err(io::Error::other("a thread that serves connections has ended"));
        }
    }
    drop(endpoints);
    if timeout(limits.shutdown_time, slots.clear()).await.is_err() {
        tracing::warn!("some requests were still under way at the end of the time for stopping");
    }
    for thread in threads {
        thread.end().await;
    }
    Ok(())
}

/// The next connection to any of these. They take turns by being moved: what is first is looked at first.
async fn accept(endpoints: &mut [Endpoint]) -> io::Result<Accepted> {
    endpoints.rotate_left(1);
    let accepts = endpoints.iter().map(|endpoint| Box::pin(endpoint.listener.accept()));
    let (accepted, index, _) = select_all(accepts).await;
    let stream = accepted?.0.into_std()?;
    Ok(Accepted { stream, tls: endpoints.get(index).and_then(|endpoint| endpoint.tls.clone()) })
}

/// A thread that serves connections.
struct ServingThread {
    connections: mpsc::UnboundedSender<(Accepted, Slot)>,
    ended: oneshot::Receiver<()>,
}

impl ServingThread {
    fn start(app: impl App, limits: Limits) -> io::Result<Self> {
        let (connections, mut accepted) = mpsc::unbounded_channel();
        let (ends, ended) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            // Whether a request has arrived must be seen in one look at all connections.
            .max_io_events_per_tick(limits.connections.clamp(1, MAX_EVENTS))
            .build()?;
        let serve = async move {
            while let Some((accepted, slot)) = accepted.recv().await {
                tokio::spawn(connection::serve(accepted, app.clone(), slot, limits));
            }
        };
        thread::Builder::new().name("http".into()).spawn(move || {
            // At its end the runtime drops the connections that are left.
            runtime.block_on(serve);
            drop(runtime);
            drop(ends);
        })?;
        Ok(Self { connections, ended })
    }

    /// Ends the thread, and the connections that are left on it.
    async fn end(self) {
        drop(self.connections);
        let _ = self.ended.await;
    }
}

/// Out of file descriptors: accepting at once again would only spin.
async fn after_failed_accept(error: &io::Error) {
    let of_the_peer = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !of_the_peer {
        tracing::error!(%error, "accepting a connection failed");
        sleep(Duration::from_millis(200)).await;
    }
}
