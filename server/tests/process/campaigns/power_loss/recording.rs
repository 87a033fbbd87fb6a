//! What a process does to the files below a folder, and what it answers over HTTP, in order: read off the lines of strace.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};
use uuid::Uuid;

/// A moment of a recording: the number of the event that happens then.
pub type Moment = usize;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    FolderMade(PathBuf),
    /// Or opened, where there was one.
    FileMade(PathBuf),
    Renamed(PathBuf, PathBuf),
    Removed(PathBuf),
    /// Without an offset: at the end.
    Written {
        path: PathBuf,
        offset: Option<usize>,
        bytes: Arc<[u8]>,
    },
    LengthSet {
        path: PathBuf,
        length: usize,
    },
    /// A sync of a file or folder has ended, that began at this moment.
    Synced {
        path: PathBuf,
        began: Moment,
    },
    /// The answer to a request begins to be sent.
    Answered {
        request: Uuid,
        status: u16,
    },
}

/// The calls that send answers.
const SENDING: &str = "write,writev,sendto,sendmsg";
/// The calls that change files, those among them that the recording doesn't know and the server doesn't use.
const CHANGING: &str = "openat,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,renameat,renameat2,mkdir,mmap,\
    open,creat,pwritev,pwritev2,truncate,fallocate,copy_file_range,sendfile,unlinkat,rmdir,mkdirat,link,linkat";
/// More than any of the texts that are written.
const LONGEST_TEXT: usize = 1 << 20;

/// The same command under strace, which writes its lines, very long ones, to standard error. With `killed_at`, the first of its
/// threads that comes to its sync of this number is killed before that sync, and the others with it.
pub fn traced(command: &Command, killed_at: Option<u32>) -> Command {
    // With -D the process is this one's child, and strace its grandchild.
    let mut traced = Command::new("strace");
    traced.args(["-D", "-f", "-y", "-o", "/dev/stderr"]);
    traced.args(["-s", &LONGEST_TEXT.to_string(), "-e", &format!("trace={SENDING},{CHANGING}")]);
    match killed_at {
        Some(number) => traced.args(["-e", &format!("inject=fdatasync:signal=KILL:when={number}")]),
        // Quicker, but it kills nothing.
        None => traced.arg("--seccomp-bpf"),
    };
    traced.arg(command.get_program()).args(command.get_args()).env("RUST_LOG", "error");
    traced.stdin(Stdio::null());
    traced
}

/// What happened below a folder, in order.
pub struct Recording {
    root: PathBuf,
    pub events: Vec<Event>,
}

impl Recording {
    pub fn of(root: &Path) -> Self {
        Self { root: root.into(), events: Vec::new() }
    }

    /// Goes on with the lines of one process.
    pub fn extend(&mut self, trace: &str) {
        // Calls that another thread's line interrupted: when they began, and what their first line said.
        let mut unfinished: HashMap<&str, (Moment, &str)> = HashMap::new();
        for line in trace.lines() {
            let Some((thread, text)) = line.trim_start().split_once(' ') else { continue };
            if thread.parse::<u32>().is_err() {
                continue;
            }
            let text = text.trim_start();
            if let Some((_, end)) = text.strip_prefix("<... ").and_then(|text| text.split_once(" resumed>")) {
                let (began, start) = unfinished.remove(thread).unwrap();
                self.ended(&format!("{start}{end}"), began);
            } else if let Some(start) = text.strip_suffix(" <unfinished ...>") {
                self.began(start);
                unfinished.insert(thread, (self.events.len(), start));
            } else {
                self.began(text);
                self.ended(text, self.events.len());
            }
        }
    }

    /// A call begins. An answer counts from now on: from now on its client may have it.
    fn began(&mut self, text: &str) {
        let sends =
            SENDING.split(',').any(|call| text.strip_prefix(call).is_some_and(|rest| rest.starts_with('(')));
        let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
        if !sends || !text.contains("<socket:") {
            return;
        }
        let (Some(status), Some(request)) = (after("\"HTTP/1.1 "), after("client-request-id: ")) else {
            return;
        };
        let (status, request) = (&status[..3], request.split('\\').next().unwrap());
        let answered = Event::Answered { request: request.parse().unwrap(), status: status.parse().unwrap() };
        self.events.push(answered);
    }

    /// A call has ended. What it did is done, all of it or (as with any call that was interrupted) less.
    fn ended(&mut self, text: &str, began: Moment) {
        let Some(call) = Call::read(text) else { return };
        let Some(path) = call.path().filter(|path| path.starts_with(&self.root)) else { return };
        // Shared memory: the first process after a start makes it from the log.
        if path.to_string_lossy().ends_with("-shm") {
            return;
        }
        // The process was killed meanwhile.
        if call.result.starts_with('?') {
            assert!(
                call.name.contains("sync"),
                "it is unknown whether this was done: {}",
                &text[..text.len().min(400)]
            );
            return;
        }
        let event = match call.name {
            "openat" if call.arguments.contains("O_CREAT") && !call.arguments.contains("O_TRUNC") => {
                Event::FileMade(path)
            }
            "openat" if !call.arguments.contains("O_TRUNC") => return,
            "mkdir" => Event::FolderMade(path),
            "unlink" => Event::Removed(path),
            "rename" | "renameat" | "renameat2" => Event::Renamed(path, call.texts()[1].path()),
            "pwrite64" => call.written(path, Some(call.last_number())),
            // As the files are written that are made whole and then renamed.
            "write" => call.written(path, None),
            "ftruncate" => Event::LengthSet { path, length: call.last_number() },
            "fsync" | "fdatasync" => Event::Synced { path, began },
            "mmap" if !call.arguments.contains("MAP_SHARED") => return,
            _ => panic!("it is unknown what this does to the disk: {}", &text[..text.len().min(400)]),
        };
        self.events.push(event);
    }

    /// When each request was answered, and how.
    pub fn answers(&self) -> HashMap<Uuid, (Moment, u16)> {
        let answer = |(moment, event): (Moment, &Event)| match event {
            Event::Answered { request, status } => Some((*request, (moment, *status))),
            _ => None,
        };
        self.events.iter().enumerate().filter_map(answer).collect()
    }
}

/// A call that succeeded, or during which the process was killed.
struct Call<'t> {
    name: &'t str,
    arguments: &'t str,
    result: &'t str,
}

/// A text among the arguments of a call, as it was in memory.
struct Text(Vec<u8>);

impl Text {
    fn path(&self) -> PathBuf {
        String::from_utf8(self.0.clone()).unwrap().into()
    }
}

impl<'t> Call<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (call, result) = text.rsplit_once(" = ")?;
        let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
        (!result.starts_with('-')).then_some(Self { name, arguments, result })
    }

    /// The file or folder that it is about: its first argument, its first text, or what it maps.
    fn path(&self) -> Option<PathBuf> {
        if self.arguments.starts_with(|first: char| !first.is_ascii_digit()) && self.arguments.contains('"') {
            return Some(self.texts().first()?.path());
        }
        let (_, path) = self.arguments.split_once('<')?;
        Some(path.split_once('>')?.0.into())
    }

    fn written(&self, path: PathBuf, offset: Option<usize>) -> Event {
        assert!(!self.arguments.contains("\"..."), "a text was cut short");
        let [text] = &self.texts()[..] else { panic!("one text is written") };
        // What was written can be less than what was to be.
        let bytes = text.0[..self.result.parse().unwrap()].into();
        Event::Written { path, offset, bytes }
    }

    fn last_number(&self) -> usize {
        self.arguments.rsplit_once(", ").unwrap().1.parse().unwrap()
    }

    fn texts(&self) -> Vec<Text> {
        let mut rest = self.arguments.bytes();
        let mut texts = Vec::new();
        while rest.any(|byte| byte == b'"') {
            texts.push(read_text(&mut rest));
        }
        texts
    }
}

/// Reads a text up to its closing mark. Its escapes are those of C, octal numbers with up to three digits.
fn read_text(rest: &mut std::str::Bytes<'_>) -> Text {
    let mut text = Vec::new();
    while let Some(byte) = rest.next().filter(|&byte| byte != b'"') {
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        text.push(match rest.next().unwrap() {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            digit @ b'0'..=b'7' => read_octal(digit - b'0', rest),
            other => other,
        });
    }
    Text(text)
}

fn read_octal(first: u8, rest: &mut std::str::Bytes<'_>) -> u8 {
    let mut number = first;
    for _ in 0..2 {
        let Some(digit @ b'0'..=b'7') = rest.clone().next() else { break };
        rest.next();
        number = number * 8 + (digit - b'0');
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(trace: &str) -> Vec<Event> {
        let mut recording = Recording::of(Path::new("/data"));
        recording.extend(trace);
        recording.events
    }

    fn written(offset: Option<usize>, bytes: &[u8]) -> Event {
        Event::Written { path: "/data/f".into(), offset, bytes: bytes.into() }
    }

    #[test]
    fn what_was_written_is_read_byte_by_byte() {
        let trace = r#"
7 pwrite64(9</data/f>, "a\"\\\0\1\0012\377\n\t\r\v\f<> = x", 19, 4096) = 19
7 write(9</data/f>, "abc", 3)      = 2
7 pwrite64(9</elsewhere/f>, "abc", 3, 0) = 3
7 pwrite64(9</data/f-shm>, "abc", 3, 0) = 3
7 pwrite64(9</data/f>, "abc", 3, 0) = -1 ENOSPC (No space left on device)
"#;
        let bytes = b"a\"\\\0\x01\x012\xff\n\t\r\x0b\x0c<> = x";
        assert_eq!(events(trace), [written(Some(4096), bytes), written(None, b"ab")]);
    }

    #[test]
    fn names_lengths_and_syncs_are_read() {
        let trace = r#"
7 mkdir("/data/d", 0700)                = 0
7 openat(AT_FDCWD</tmp>, "/data/d/f", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 9</data/d/f>
7 openat(AT_FDCWD</tmp>, "/data/d/f", O_RDONLY|O_CLOEXEC) = 9</data/d/f>
7 ftruncate(9</data/d/f>, 3) = 0
7 fsync(9</data/d/f>)      = 0
7 renameat2(AT_FDCWD</tmp>, "/data/d/f", AT_FDCWD</tmp>, "/data/d/g", RENAME_NOREPLACE) = 0
7 unlink("/data/d/g") = 0
"#;
        let [file, other] = [PathBuf::from("/data/d/f"), PathBuf::from("/data/d/g")];
        let expected = [
            Event::FolderMade("/data/d".into()),
            Event::FileMade(file.clone()),
            Event::LengthSet { path: file.clone(), length: 3 },
            Event::Synced { path: file.clone(), began: 3 },
            Event::Renamed(file, other.clone()),
            Event::Removed(other),
        ];
        assert_eq!(events(trace), expected);
    }

    #[test]
    fn a_sync_says_when_it_began_and_an_answer_counts_from_its_beginning() {
        let trace = r#"
8 pwrite64(9</data/f>, "b", 1, 1) = 1
7 fdatasync(9</data/f> <unfinished ...>
8 pwrite64(9</data/f>, "a", 1, 0 <unfinished ...>
9 writev(3<socket:[1]>, [{iov_base="HTTP/1.1 204 No Content\r\nclient-request-id: 00000000-0000-0000-0000-000000000001\r\n\r\n", iov_len=9}], 1 <unfinished ...>
8 <... pwrite64 resumed>) = 1
7 <... fdatasync resumed>)      = 0
9 <... writev resumed>) = 9
"#;
        let answered = Event::Answered { request: Uuid::from_u128(1), status: 204 };
        let synced = Event::Synced { path: "/data/f".into(), began: 1 };
        assert_eq!(events(trace), [written(Some(1), b"b"), answered, written(Some(0), b"a"), synced]);
    }

    #[test]
    fn a_sync_during_which_the_process_was_killed_is_not_done() {
        let trace = r#"
7 pwrite64(9</data/f>, "a", 1, 0) = 1
7 fdatasync(9</data/f>)    = ?
8 futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
8 <... futex resumed> <unfinished ...>) = ?
8 +++ killed by SIGKILL +++
"#;
        assert_eq!(events(trace), [written(Some(0), b"a")]);
    }

    #[test]
    #[should_panic(expected = "it is unknown")]
    fn a_call_that_is_not_modelled_is_not_passed_over() {
        events("7 fallocate(9</data/f>, 0, 0, 4096) = 0\n");
    }
}
