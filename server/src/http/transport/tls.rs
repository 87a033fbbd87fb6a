//! TLS: the handshake of a connection, and what the client chose in it.

use rustls::{ServerConfig, ServerConnection};
use std::{io, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Bytes that a connection holds encrypted for a client that doesn't read them, besides those that the system takes: a record's.
const UNSENT: usize = 16 << 10;

/// The protocol's name for HTTP/2 (RFC 9113, 3.2).
const HTTP2: &[u8] = b"h2";

/// How TLS is spoken, as of each moment: with which certificate above all.
pub type TlsSettings = watch::Receiver<Arc<ServerConfig>>;

/// Shakes hands. Says besides whether the client chose HTTP/2.
pub(super) async fn accept<S>(settings: TlsSettings, stream: S) -> io::Result<(TlsStream<S>, bool)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let settings = Arc::clone(&settings.borrow());
    let limit = |connection: &mut ServerConnection| connection.set_buffer_limit(Some(UNSENT));
    let stream = TlsAcceptor::from(settings).accept_with(stream, limit).await?;
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
    Ok((stream, is_http2))
}
