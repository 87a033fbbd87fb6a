//! A connection of HTTP/1.1 as bytes: for clients that send what no library sends, or count how long an answer takes.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A connection to a server.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to the server at this origin.
    pub async fn to(url: &str) -> Self {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(64 << 10, stream))
    }

    /// Sends bytes. An error: the server ended the connection.
    pub async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.get_mut().write_all(bytes).await
    }

    /// Reads an answer, and gives its status. `None`: the connection ended.
    pub async fn read_status(&mut self) -> Option<u16> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: u64 = length.map_or(0, |length| length.parse().unwrap());
        let mut body = (&mut self.0).take(length);
        tokio::io::copy(&mut body, &mut tokio::io::sink()).await.ok()?;
        head.split(' ').nth(1)?.parse().ok()
    }

    /// Sends a request and reads the answer's status.
    pub async fn ask(&mut self, request: &str) -> Option<u16> {
        self.send(request.as_bytes()).await.ok()?;
        self.read_status().await
    }
}

/// A GET under `/v1.0` with this token.
pub fn get(path: &str, token: &str) -> String {
    format!(
        "GET /v1.0{path} HTTP/1.1\r\nhost: localhost\r\nconsistencylevel: eventual\r\nauthorization: Bearer {token}\r\n\r\n"
    )
}
