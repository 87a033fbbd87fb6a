//! The load: connections that each send a request, wait for its answer, and send the next.

use super::{
    process::{Process, Usage},
    tls::Tls,
};
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::JoinSet, time::sleep};

/// What is sent and what is expected for it.
#[derive(Clone)]
pub struct Exchange {
    /// The request.
    pub request: Request<Full<Bytes>>,
    /// The expected status.
    pub expected: StatusCode,
    /// Whether the server may also ask for it to be sent again later.
    pub may_be_put_off: bool,
}

/// Makes the request of this number on this connection. `None`: there are no more.
pub type Requests = Arc<dyn Fn(usize, usize) -> Option<Exchange> + Send + Sync>;

/// What a load measured.
pub struct Measured {
    /// Expected answers per second.
    pub rate: f64,
    /// How long answers took, in microseconds.
    pub latency: Histogram<u64>,
    /// What the server's process used meanwhile.
    pub usage: Usage,
    /// Answers that ask to send again later.
    pub put_off: u64,
}

/// How long a connection waits that was put off.
const PUT_OFF: Duration = Duration::from_millis(50);

impl Measured {
    /// The latency below which this many of a thousand answers lie, in milliseconds.
    pub fn milliseconds(&self, per_mille: f64) -> f64 {
        self.latency.value_at_quantile(per_mille / 1000.0) as f64 / 1000.0
    }

    /// What an answer cost the server, in microseconds of processor time.
    pub fn processor_microseconds(&self) -> f64 {
        self.usage.processor.as_secs_f64() * 1e6 / self.latency.len() as f64
    }
}

/// How a server is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Http, on connections that are kept.
    Http,
    /// Https, on connections that are kept.
    Https,
    /// Https, on a new connection for each request.
    NewHttps,
}

/// Sends requests over this many connections for this time. Any answer but the expected one is an error.
pub async fn drive(
    server: &Process,
    connections: usize,
    time: Duration,
    requests: &Requests,
) -> Result<Measured, String> {
    drive_by(By::Http, server, connections, time, requests).await
}

/// The same by http or https.
pub async fn drive_by(
    by: By,
    server: &Process,
    connections: usize,
    time: Duration,
    requests: &Requests,
) -> Result<Measured, String> {
    let target = Target { by, address: server.address.clone(), tls: server.tls.clone() };
    let mut opened = Vec::new();
    for _ in 0..connections {
        opened.push(target.connect().await?);
    }
    server.forget_peak()?;
    let before = server.usage()?;
    let began = Instant::now();
    let mut workers = JoinSet::new();
    for (connection, sender) in opened.into_iter().enumerate() {
        workers.spawn(converse(target.clone(), sender, connection, requests.clone(), began + time));
    }
    let (mut latency, mut put_off) = (histogram()?, 0);
    while let Some(ended) = workers.join_next().await {
        let of_one = ended.map_err(|error| error.to_string())??;
        latency += of_one.0;
        put_off += of_one.1;
    }
    let seconds = began.elapsed().as_secs_f64();
    let usage = server.usage()?.since(&before);
    Ok(Measured { rate: latency.len() as f64 / seconds, latency, usage, put_off })
}

/// A server as it is reached.
#[derive(Clone)]
struct Target {
    by: By,
    address: String,
    tls: Option<Tls>,
}

type Sender = http1::SendRequest<Full<Bytes>>;

impl Target {
    async fn connect(&self) -> Result<Sender, String> {
        if self.by == By::Http {
            let stream = TcpStream::connect(&self.address).await.map_err(|error| error.to_string())?;
            stream.set_nodelay(true).map_err(|error| error.to_string())?;
            return begin(TokioIo::new(stream)).await;
        }
        let tls = self.tls.as_ref().ok_or("the server isn't reached by https")?;
        begin(tls.connect().await?).await
    }
}

async fn begin(stream: impl Read + Write + Unpin + Send + 'static) -> Result<Sender, String> {
    let (sender, connection) = http1::handshake(stream).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    Ok(sender)
}

/// How long the answers of a connection took, and how many asked to send again later.
async fn converse(
    target: Target,
    mut sender: Sender,
    connection: usize,
    requests: Requests,
    end: Instant,
) -> Result<(Histogram<u64>, u64), String> {
    let (mut latency, mut put_off) = (histogram()?, 0);
    for number in 0.. {
        let began = Instant::now();
        if began >= end {
            break;
        }
        let Some(exchange) = requests(connection, number) else { break };
        if target.by == By::NewHttps && number > 0 {
            sender = target.connect().await?;
        }
        let answer = sender.send_request(exchange.request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let asks_again = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        if asks_again && exchange.may_be_put_off {
            put_off += 1;
            sleep(PUT_OFF).await;
            continue;
        }
        if status != exchange.expected {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
        }
        latency.saturating_record(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok((latency, put_off))
}

/// From a microsecond to a minute, with three significant digits.
fn histogram() -> Result<Histogram<u64>, String> {
    Histogram::new_with_bounds(1, 60_000_000, 3).map_err(|error| error.to_string())
}
