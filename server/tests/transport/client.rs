//! Certificates of these tests, and clients that trust their authority.

use crate::server::LIMIT;
use chrono::{DateTime, Duration, Utc};
use h2::client::SendRequest;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use roster_server::{
    auth::{
        certificates::{Certificate, Tls},
        development_ca::{self, DevelopmentCa},
    },
    http::transport::TlsSettings,
    model::clock::Clock,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{net::TcpStream, sync::watch, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// An authority, and what it certifies.
pub struct Authority {
    certificate: String,
    ca: DevelopmentCa,
    tls: Tls,
}

pub fn now() -> DateTime<Utc> {
    Clock::default().now()
}

impl Authority {
    pub fn new() -> Self {
        let key = development_ca::make_key().unwrap();
        let certificate = development_ca::certify(&key, now()).unwrap();
        let ca = DevelopmentCa::read(&certificate, &key).unwrap();
        Self { certificate, ca, tls: Tls::default() }
    }

    /// Settings of a server with a new certificate for this name.
    pub fn certify(&self, name: &str) -> Arc<ServerConfig> {
        let text = self.ca.issue(&[name.into()], now()).unwrap();
        let certificate = Certificate::read(text.as_bytes(), text.as_bytes(), now()).unwrap();
        assert!(certificate.ends_at > now() + Duration::days(80));
        self.tls.settings(certificate).unwrap()
    }

    /// The same as a server that starts gets them.
    pub fn settings(&self) -> TlsSettings {
        watch::Sender::new(self.certify("localhost")).subscribe()
    }

    /// A client that offers these protocols.
    pub fn client(&self, protocols: &[&str]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Arc::new(config).into()
    }
}

/// Connects to a server by this name.
pub async fn connect(
    client: &TlsConnector,
    address: SocketAddr,
    name: &'static str,
) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    client.connect(ServerName::try_from(name).unwrap(), stream).await
}

/// A client's connection of HTTP/2, which goes on by itself.
pub struct Http2 {
    pub requests: SendRequest<Bytes>,
    /// What became of the connection in the end.
    pub ended: tokio::task::JoinHandle<Result<(), h2::Error>>,
}

impl Http2 {
    /// Connects, with windows of this size for answers.
    pub async fn connect(authority: &Authority, address: SocketAddr, window: u32) -> io::Result<Self> {
        let stream = connect(&authority.client(&["h2"]), address, "localhost").await?;
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(window);
        let handshake = builder.handshake::<_, Bytes>(stream).await.map_err(io::Error::other)?;
        let (requests, connection) = handshake;
        Ok(Self { requests, ended: tokio::spawn(connection) })
    }

    /// Sends a request without a body.
    pub fn send(&mut self, request: hyper::Request<()>) -> h2::client::ResponseFuture {
        self.requests.send_request(request, true).unwrap().0
    }

    /// Sends a request for this path, and reads the answer: its status, and its body.
    pub async fn ask(&mut self, path: &str) -> Result<(u16, Bytes), h2::Error> {
        timeout(LIMIT, async {
            let mut ready = self.requests.clone().ready().await?;
            let answer = ready.send_request(get(path), true)?.0.await?;
            let status = answer.status().as_u16();
            let body = http_body_util::StreamBody::new(Frames(answer.into_body()));
            Ok((status, body.collect().await?.to_bytes()))
        })
        .await
        .unwrap()
    }
}

/// A request for this path.
pub fn get(path: &str) -> hyper::Request<()> {
    hyper::Request::get(format!("https://localhost{path}")).body(()).unwrap()
}

/// What comes of an answer's body, read as it comes.
struct Frames(h2::RecvStream);

impl futures::Stream for Frames {
    type Item = Result<hyper::body::Frame<Bytes>, h2::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let data = futures::ready!(self.0.poll_data(context));
        std::task::Poll::Ready(data.map(|data| {
            let data = data?;
            self.0.flow_control().release_capacity(data.len())?;
            Ok(hyper::body::Frame::data(data))
        }))
    }
}
