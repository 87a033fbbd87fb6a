//! A client of a server's https, which trusts the server's development CA.

use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    client::Resumption,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{path::Path, sync::Arc};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Where a server is reached by https, and how.
#[derive(Clone)]
pub struct Tls {
    /// Its address and port.
    address: String,
    connector: TlsConnector,
}

impl Tls {
    /// The client of a server at this address, whose authority's certificate is in this file. Each handshake is a whole one.
    pub fn new(address: &str, ca: &Path) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| format!("{}: {error}", ca.display());
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(ca).map_err(|error| text(&error))?;
        roots.add(ca).map_err(|error| error.to_string())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Self { address: address.into(), connector: Arc::new(config).into() })
    }

    /// A new connection.
    pub async fn connect(&self) -> Result<TokioIo<TlsStream<TcpStream>>, String> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let name = self.address.rsplit_once(':').map_or(&*self.address, |(name, _)| name).to_owned();
        let name = ServerName::try_from(name).map_err(|error| error.to_string())?;
        let stream = self.connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        Ok(TokioIo::new(stream))
    }
}
