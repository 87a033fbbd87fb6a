//! The log, on standard error. One thread writes it, so that only it waits where standard error is a pipe whose reader
//! pauses. Everything else leaves its lines in a queue: those that find it full are dropped and counted, and the count is
//! logged once there is room. The end of the process waits for the queue no longer than [`LAST_LINES`].

use super::{Error, Format};
use crate::store::exit;
use serde_json::json;
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    env,
    ffi::OsString,
    fmt::Display,
    io::{self, IsTerminal, Write},
    mem,
    panic::{self, PanicHookInfo},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tracing_subscriber::{
    EnvFilter,
    filter::LevelFilter,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
    },
};

/// What waits to be written at most, in bytes: some thousand lines.
const QUEUE: usize = 1 << 20;

/// How long the end of the process waits until the last lines are written.
const LAST_LINES: Duration = Duration::from_millis(500);

/// How long lines are gathered before they are written: waking the thread for each would cost requests a third of their speed.
const GATHER: Duration = Duration::from_millis(1);

/// After how long a stream is tried again that would have to be waited for and can't be.
const AGAIN: Duration = Duration::from_millis(10);

static LINES: Queue = Queue::new(QUEUE);

/// Writes the last lines when it is dropped.
pub(super) struct Log;

impl Drop for Log {
    fn drop(&mut self) {
        flush();
    }
}

/// A level, or a filter in tracing's form, that can be read.
pub(super) fn filter(text: &str) -> Result<String, String> {
    let is_word = |part: &&str| !part.is_empty() && !part.contains(['=', '[', '{', ']', '}']);
    let mut words = text.split(',').map(str::trim).filter(is_word);
    // tracing would take it for a target, and tell of no other.
    if let Some(word) = words.find(|word| word.parse::<LevelFilter>().is_err()) {
        return Err(format!("'{word}' is none of error, warn, info, debug, trace and off"));
    }
    EnvFilter::builder().parse(text).map_err(|error| error.to_string())?;
    Ok(text.into())
}

/// What the log tells: what was chosen, else what `RUST_LOG` says.
fn levels(chosen: Option<String>, default: &str) -> Result<EnvFilter, Error> {
    let said = |text: &String| !text.trim().is_empty();
    let by_variable = || env::var(EnvFilter::DEFAULT_ENV).ok().filter(said);
    let text = chosen.filter(said).or_else(by_variable).unwrap_or_else(|| default.into());
    EnvFilter::builder()
        .parse(&text)
        .map_err(|error| Error::Usage(format!("RUST_LOG is '{text}', which can't be read: {error}")))
}

/// Starts the log, in this form and with these levels. Panics go to it from then on.
pub(super) fn start(format: Format, chosen: Option<String>, default: &str) -> Result<Log, Error> {
    let filter = levels(chosen, default)?;
    let write = move || LINES.write_to(io::stderr(), |dropped| notice(format, dropped));
    let started = thread::Builder::new().name("log".into()).spawn(write);
    started.map_err(|error| Error::Io("the log".into(), error))?;
    exit::before(flush);
    panic::set_hook(Box::new(log_panic));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| &LINES);
    // Fails where a log is running already, which then stays.
    let _ = match format {
        Format::Json => log.json().try_init(),
        Format::Text => log.with_ansi(wants_colours(env::var_os("NO_COLOR"))).try_init(),
    };
    Ok(Log)
}

/// Whether the log has colours: on a terminal, unless its user wants none (<https://no-color.org>).
fn wants_colours(no_color: Option<OsString>) -> bool {
    io::stderr().is_terminal() && no_color.is_none_or(|value| value.is_empty())
}

/// Writes a line to standard error as it is, whatever the log's levels and form.
pub(super) fn say(line: impl Display) {
    LINES.push(format!("{line}\n").as_bytes());
}

fn flush() {
    LINES.wait_until_written(LAST_LINES);
}

/// What a panic's thread would write to standard error by itself, and wait for.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let place = panic.location().map(|place| from_package(&place.to_string()));
    let backtrace = Backtrace::capture();
    let is_wanted = backtrace.status() == BacktraceStatus::Captured;
    let backtrace = is_wanted.then(|| without_folders(&backtrace.to_string()));
    tracing::error!(
        cause = panic.payload_as_str().unwrap_or("unknown"),
        thread = thread.name(),
        place,
        backtrace,
        "a thread panicked"
    );
}

/// A backtrace whose source files begin with their packages.
fn without_folders(backtrace: &str) -> String {
    let line = |line: &str| match line.split_once("at ") {
        Some((indent, file)) if indent.trim().is_empty() => format!("{indent}at {}\n", from_package(file)),
        _ => format!("{line}\n"),
    };
    backtrace.lines().map(line).collect()
}

/// A source file from its package on, without the folders of the machine that built the program.
fn from_package(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let source = parts.iter().rposition(|part| *part == "src");
    let package = source.map_or(parts.len() - 1, |source| source.saturating_sub(1));
    parts.get(package..).unwrap_or_default().join("/")
}

/// The line that tells of dropped ones. It goes past the levels: whatever they are, what they let through is missing.
fn notice(format: Format, dropped: u64) -> String {
    let mut time = String::new();
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let (message, target) = ("lines of the log were dropped: it isn't read fast enough", module_path!());
    match format {
        Format::Text => format!("{time}  WARN {target}: {message} dropped={dropped}\n"),
        Format::Json => {
            let fields = json!({"message": message, "dropped": dropped});
            let line = json!({"timestamp": time, "level": "WARN", "fields": fields, "target": target});
            format!("{line}\n")
        }
    }
}

/// Whole lines that wait to be written.
struct Queue {
    lines: Mutex<Lines>,
    limit: usize,
    filled: Condvar,
    emptied: Condvar,
}

struct Lines {
    text: Vec<u8>,
    /// Lines since the last in `text` that found no room.
    dropped: u64,
    /// Whether what was taken last is still being written.
    writing: bool,
    /// Whether the thread must be woken for the next line.
    asleep: bool,
}

impl Lines {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.dropped == 0
    }
}

impl Queue {
    const fn new(limit: usize) -> Self {
        let lines = Mutex::new(Lines { text: Vec::new(), dropped: 0, writing: false, asleep: false });
        Self { lines, limit, filled: Condvar::new(), emptied: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a line, if there is room. Never waits for the stream.
    fn push(&self, line: &[u8]) {
        let mut lines = self.lock();
        // Once one is dropped so are those after it: the notice stands where they are missing.
        if lines.dropped == 0 && lines.text.len() + line.len() <= self.limit {
            lines.text.extend_from_slice(line);
        } else {
            lines.dropped += 1;
        }
        let wakes = mem::take(&mut lines.asleep);
        drop(lines);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// Writes what is left here, for ever. `notice` is the line that tells how many were dropped.
    fn write_to(&self, mut stream: impl Write, notice: impl Fn(u64) -> String) -> ! {
        let mut text = Vec::new();
        loop {
            self.write_next(&mut text, &mut stream, &notice);
        }
    }

    /// Writes what is left here, once there is something. `text` takes it meanwhile.
    fn write_next(&self, text: &mut Vec<u8>, stream: &mut impl Write, notice: impl Fn(u64) -> String) {
        text.clear();
        let waiting = self.filled.wait_while(self.lock(), |lines| {
            lines.asleep = lines.is_empty();
            lines.asleep
        });
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
        thread::park_timeout(GATHER);
        let mut lines = self.lock();
        mem::swap(&mut lines.text, text);
        let dropped = mem::take(&mut lines.dropped);
        lines.writing = true;
        drop(lines);
        if dropped > 0 {
            text.extend_from_slice(notice(dropped).as_bytes());
        }
        write_all(stream, text);
        self.lock().writing = false;
        self.emptied.notify_all();
    }

    fn wait_until_written(&self, limit: Duration) {
        let unwritten = |lines: &mut Lines| lines.writing || !lines.is_empty();
        // Whether it is done or the time is over: the end comes.
        drop(self.emptied.wait_timeout_while(self.lock(), limit, unwritten));
    }
}

/// A line comes whole, in one call.
impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes it all, unless the stream is closed.
fn write_all(stream: &mut impl Write, mut text: &[u8]) {
    while !text.is_empty() {
        match stream.write(text) {
            Ok(written) if written > 0 => text = text.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Another program that has the same stream said that it isn't to be waited for.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::park_timeout(AGAIN),
            Ok(_) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const LONG: Duration = Duration::from_secs(60);

    fn notice(dropped: u64) -> String {
        format!("{dropped} dropped\n")
    }

    fn next(queue: &Queue) -> String {
        let mut stream = Vec::new();
        queue.write_next(&mut Vec::new(), &mut stream, notice);
        String::from_utf8(stream).unwrap()
    }

    #[test]
    fn lines_that_find_no_room_are_dropped_and_counted() {
        let queue = Queue::new(8);
        ["one\n", "two\n", "three\n", "4\n", "5\n"].iter().for_each(|line| queue.push(line.as_bytes()));
        assert_eq!(next(&queue), "one\ntwo\n3 dropped\n");
        queue.push(b"six\n");
        assert_eq!(next(&queue), "six\n");
    }

    #[test]
    fn a_line_that_is_longer_than_the_queue_is_counted_too() {
        let queue = Queue::new(2);
        queue.push(b"one\n");
        assert_eq!(next(&queue), "1 dropped\n");
    }

    /// A stream whose reader pauses until it is told to go on.
    struct Stuck(mpsc::SyncSender<()>, mpsc::Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(());
            self.1.recv().map(|()| text.len()).map_err(io::Error::other)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_end_waits_for_the_last_lines_and_not_for_a_stream_that_is_stuck() {
        static QUEUE: Queue = Queue::new(8);
        let (writes, writing) = mpsc::sync_channel(0);
        let (go_on, told) = mpsc::channel();
        thread::spawn(move || QUEUE.write_to(Stuck(writes, told), notice));
        QUEUE.push(b"one\n");
        writing.recv().unwrap();
        QUEUE.wait_until_written(Duration::ZERO);
        assert!(QUEUE.lock().writing);
        QUEUE.push(b"two\n");
        QUEUE.push(b"three\n");
        assert_eq!(QUEUE.lock().dropped, 1, "the queue holds as much besides what is being written");
        go_on.send(()).unwrap();
        writing.recv().unwrap();
        go_on.send(()).unwrap();
        QUEUE.wait_until_written(LONG);
        assert!(!QUEUE.lock().writing && QUEUE.lock().is_empty());
    }

    /// A stream of which a few bytes are taken at a time, between complaints.
    struct Slow(Vec<u8>, u32);

    impl Write for Slow {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.1 += 1;
            match self.1 % 3 {
                0 => Err(io::ErrorKind::WouldBlock.into()),
                1 => Err(io::ErrorKind::Interrupted.into()),
                _ => self.0.write(&text[..text.len().min(3)]),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stream_that_takes_little_at_a_time_gets_it_all() {
        let mut stream = Slow(Vec::new(), 0);
        write_all(&mut stream, b"one\ntwo\nthree\n");
        assert_eq!(stream.0, b"one\ntwo\nthree\n");
    }

    #[test]
    fn a_level_is_one_of_tracings_and_a_filter_can_be_read() {
        for text in
            ["info", "WARN", "off", "info,hyper=debug", "roster_server=trace", "info,[a{b=1}]=debug", ""]
        {
            assert_eq!(filter(text), Ok(text.into()));
        }
        for text in ["verbose", "infos", "info,hyper", "hyper=loud"] {
            assert!(filter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_tells_nothing_of_the_machine_that_built_the_program() {
        for (file, shown) in [
            (
                "/home/me/.cargo/registry/src/index.crates.io-1949/tokio-1.5/src/rt/x.rs:7:1",
                "tokio-1.5/src/rt/x.rs:7:1",
            ),
            ("/rustc/59807616e1/library/core/src/option.rs:1:2", "core/src/option.rs:1:2"),
            ("C:\\Users\\me\\.cargo\\git\\a\\src\\b.rs:1:2", "a/src/b.rs:1:2"),
            ("server/src/cli/log.rs:3:4", "server/src/cli/log.rs:3:4"),
            ("/home/me/target/debug/build/a-12/out/b.rs:1:1", "b.rs:1:1"),
        ] {
            assert_eq!(from_package(file), shown);
        }
        let trace = "   0: a::b\n             at /home/me/a/src/b.rs:1:2\n   1: look at me\n";
        assert_eq!(without_folders(trace), "   0: a::b\n             at a/src/b.rs:1:2\n   1: look at me\n");
    }

    #[test]
    fn the_notice_has_the_logs_form() {
        let text = super::notice(Format::Text, 7);
        assert!(
            text.contains("Z  WARN roster_server::cli::log: ") && text.ends_with(" dropped=7\n"),
            "{text}"
        );
        let line: serde_json::Value = serde_json::from_str(&super::notice(Format::Json, 7)).unwrap();
        assert_eq!((&line["level"], &line["fields"]["dropped"]), (&json!("WARN"), &json!(7)));
    }
}
