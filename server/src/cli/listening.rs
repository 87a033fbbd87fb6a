//! Where a server listens: an address, or a name for one or more. Which clients are let in is decided elsewhere.

use super::Error;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use url::Host;

/// Clients that wait in the system's queue at most, where the system allows so many. Whom it turns away tries again only
/// after a second.
const QUEUE: u32 = 4096;

/// How often a free port is looked for that is free at every address.
const TRIES: usize = 16;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Listen {
    /// An address and a port.
    At(SocketAddr),
    /// A host's name and a port.
    Named(String, u16),
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "an address or a name, and a port: 127.0.0.1:8080, [::1]:8080 or localhost:8080; or off";
        if let Ok(address) = text.parse() {
            return Ok(Self::At(address));
        }
        let (host, port) = text.rsplit_once(':').ok_or(EXPECTED)?;
        match (Host::parse(host), port.parse()) {
            (Ok(Host::Domain(name)), Ok(port)) => Ok(Self::Named(name, port)),
            _ => Err(EXPECTED),
        }
    }
}

impl Listen {
    /// The addresses that it stands for, one at least.
    pub(super) async fn addresses(&self) -> Result<Vec<SocketAddr>, Error> {
        let (name, port) = match self {
            Self::At(address) => return Ok(vec![*address]),
            Self::Named(name, port) => (name.as_str(), *port),
        };
        let failed = |error| Error::Io(format!("listening on {name}:{port}"), error);
        let mut addresses: Vec<_> = lookup_host((name, port)).await.map_err(failed)?.collect();
        addresses.sort();
        addresses.dedup();
        if addresses.is_empty() { Err(failed(io::ErrorKind::NotFound.into())) } else { Ok(addresses) }
    }

    /// The name or address here, which a certificate has. None for one that stands for all that the machine has.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::At(address) if address.ip().is_unspecified() => None,
            Self::At(address) => Some(address.ip().to_string()),
            Self::Named(name, _) => Some(name.clone()),
        }
    }

    /// The host and port of a server that listens here, at a port that it has. One that answers only to loopback names is known
    /// by its address, unless its name is `localhost`.
    pub(super) fn host(&self, bound: SocketAddr, loopback_only: bool) -> String {
        match self {
            Self::Named(name, _) if !loopback_only || name == "localhost" => {
                format!("{name}:{}", bound.port())
            }
            _ => bound.to_string(),
        }
    }
}

/// What `--listen` and `--listen-tls` take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// Nowhere.
    Off,
    On(Listen),
}

impl FromStr for Choice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("off") { Ok(Self::Off) } else { text.parse().map(Self::On) }
    }
}

/// Sockets that are listened on, as they were asked for.
pub(super) struct Bound {
    listen: Listen,
    pub(super) sockets: Vec<TcpListener>,
    /// The first of their addresses.
    pub(super) address: SocketAddr,
}

impl Bound {
    /// The host and port by which it is told where the server listens.
    pub(super) fn host(&self, loopback_only: bool) -> String {
        self.listen.host(self.address, loopback_only)
    }

    /// The host and port by which this machine reaches it.
    pub(super) fn reachable_host(&self, loopback_only: bool) -> String {
        self.listen.host(reachable(self.address), loopback_only)
    }
}

/// Listens at all addresses that this stands for.
pub(super) fn bind(listen: &Listen, addresses: &[SocketAddr]) -> Result<Bound, Error> {
    let (sockets, address) = self::listen(addresses)?;
    Ok(Bound { listen: listen.clone(), sockets, address })
}

/// An address by which this machine reaches a server that listens on this one, which may stand for all that it has.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Listens on all of these addresses, at one port; tells the first of them with it.
fn listen(addresses: &[SocketAddr]) -> Result<(Vec<TcpListener>, SocketAddr), Error> {
    let any_port = addresses.iter().all(|address| address.port() == 0);
    let mut tries = if any_port { TRIES } else { 1 };
    loop {
        tries -= 1;
        match listen_once(addresses) {
            Err((_, error)) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            Err((address, error)) => return Err(Error::Io(format!("listening on {address}"), error)),
            Ok(listening) => return Ok(listening),
        }
    }
}

fn listen_once(addresses: &[SocketAddr]) -> Result<(Vec<TcpListener>, SocketAddr), (SocketAddr, io::Error)> {
    let (mut listeners, mut first, mut absent) = (Vec::new(), None::<SocketAddr>, Vec::new());
    for mut address in addresses.iter().copied() {
        address.set_port(first.map_or(address.port(), |first| first.port()));
        match listen_at(address) {
            Ok((listener, at)) => {
                listeners.push(listener);
                first.get_or_insert(at);
            }
            // A name can stand for an address of a kind that the machine doesn't have, such as IPv6.
            Err(error) if is_absent(&error) => absent.push((address, error)),
            Err(error) => return Err((address, error)),
        }
    }
    if let Some(first) = first {
        for (address, error) in absent {
            tracing::warn!(%address, %error, "the machine doesn't have one of the name's addresses: it is left out");
        }
        return Ok((listeners, first));
    }
    let none = || (SocketAddr::from(([0, 0, 0, 0], 0)), io::ErrorKind::NotFound.into());
    Err(absent.pop().unwrap_or_else(none))
}

/// Whether this is what comes of an address that the machine doesn't have, or of a kind that it doesn't have.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(UNSUPPORTED_FAMILY)
}

/// How the system says that it has no addresses of a kind.
#[cfg(unix)]
const UNSUPPORTED_FAMILY: i32 = rustix::io::Errno::AFNOSUPPORT.raw_os_error();

/// How the system says that it has no addresses of a kind: `WSAEAFNOSUPPORT`.
#[cfg(not(unix))]
const UNSUPPORTED_FAMILY: i32 = 10047;

fn listen_at(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows it would let another process take the address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(QUEUE)?;
    let at = listener.local_addr()?;
    Ok((listener, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_name_is_read_with_its_port() {
        let at = |text: &str| Listen::At(text.parse().unwrap());
        for text in ["127.0.0.1:8080", "[::1]:0", "0.0.0.0:80"] {
            assert_eq!(text.parse(), Ok(at(text)));
        }
        assert_eq!("localhost:8080".parse(), Ok(Listen::Named("localhost".into(), 8080)));
        for text in [
            "localhost",
            "127.0.0.1",
            ":8080",
            "localhost:",
            "localhost:x",
            "localhost:65536",
            "::1:80",
            "a b:80",
        ] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_server_that_answers_to_loopback_names_alone_is_announced_by_one() {
        let bound = "127.0.1.1:8080".parse().unwrap();
        for (listen, loopback_only, host) in [
            ("localhost:0", true, "localhost:8080"),
            ("LocalHost:0", true, "localhost:8080"),
            ("my-machine:0", true, "127.0.1.1:8080"),
            ("my-machine:0", false, "my-machine:8080"),
            ("127.0.1.1:0", true, "127.0.1.1:8080"),
        ] {
            assert_eq!(listen.parse::<Listen>().unwrap().host(bound, loopback_only), host, "{listen}");
        }
    }

    #[tokio::test]
    async fn all_addresses_of_a_name_are_listened_on_at_one_port() {
        let addresses = ["127.0.0.1:0", "127.0.0.2:0"].map(|address| address.parse().unwrap());
        let (listeners, first) = listen(&addresses).unwrap();
        let bound: Vec<SocketAddr> =
            listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        assert_eq!((bound.len(), bound[0]), (2, first));
        assert_eq!(bound[0].port(), bound[1].port());
    }

    #[tokio::test]
    async fn an_address_that_the_machine_lacks_is_left_out_beside_one_that_it_has() {
        let (here, elsewhere) = ("127.0.0.1:0".parse().unwrap(), "192.0.2.1:0".parse().unwrap());
        assert_eq!(listen(&[here, elsewhere]).unwrap().0.len(), 1);
        assert!(listen(&[elsewhere]).is_err());
    }

    #[test]
    fn only_an_address_that_the_machine_lacks_is_left_out() {
        assert!(is_absent(&io::ErrorKind::AddrNotAvailable.into()));
        assert!(is_absent(&io::Error::from_raw_os_error(UNSUPPORTED_FAMILY)));
        for kind in [io::ErrorKind::AddrInUse, io::ErrorKind::PermissionDenied, io::ErrorKind::InvalidInput] {
            assert!(!is_absent(&kind.into()), "{kind}");
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_at_one_address_of_a_name_is_refused() {
        let (_taken, at) = listen(&["127.0.0.2:0".parse().unwrap()]).unwrap();
        let addresses = ["127.0.0.1", "127.0.0.2"].map(|ip| SocketAddr::new(ip.parse().unwrap(), at.port()));
        assert!(listen(&addresses).unwrap_err().to_string().contains("127.0.0.2"));
    }
}
