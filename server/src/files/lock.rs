//! Files of which one process at a time holds a lock. The system releases it however the process ends. Meanwhile the file
//! holds the process's id, only for the others' messages.

use super::private;
use std::{
    fmt,
    fs::{File, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
    process,
    sync::mpsc,
    thread,
    time::Duration,
};

/// The digits of a process's id at most, and its line's end.
const ID: u64 = 11;

/// A lock, until dropped.
#[derive(Debug)]
pub struct Lock(File);

/// The process that holds a lock, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder(Option<u32>);

/// Why a lock wasn't taken.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it.
    Held(Holder),
    /// The file system refused.
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, "process {id}"),
            None => f.write_str("another process"),
        }
    }
}

impl Lock {
    /// Takes the lock of the file at this path, made where there is none, unless another process holds it.
    pub fn try_take(path: &Path) -> Result<Self, LockError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::held(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Held(holder(&file))),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// The same, and waits so long for another process. After `patience` it calls `waiting`.
    pub fn take(
        path: &Path,
        patience: Duration,
        limit: Duration,
        waiting: impl FnOnce(Holder),
    ) -> Result<Self, LockError> {
        match Self::try_take(path) {
            Err(LockError::Held(_)) => {}
            taken => return taken,
        }
        let file = open(path)?;
        let (tell, told) = mpsc::channel();
        // The system waits for a lock without a limit, so a thread does that. Where it comes too late, the thread gives it
        // back.
        let wait = move || tell.send(file.lock().map(|()| file));
        thread::Builder::new().name("lock".into()).spawn(wait)?;
        let taken = told.recv_timeout(patience).or_else(|_| {
            waiting(holder_at(path));
            told.recv_timeout(limit.saturating_sub(patience))
        });
        match taken {
            Ok(file) => Ok(Self::held(file?)),
            Err(_) => Err(LockError::Held(holder_at(path))),
        }
    }

    fn held(mut file: File) -> Self {
        // On a full disk, say, there is no room for the id: then others don't learn it.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", process::id()));
        Self(file)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = private::open_or_create(path)?;
    private::make_private(&file)?;
    Ok(file)
}

fn holder_at(path: &Path) -> Holder {
    open(path).map_or(Holder(None), |file| holder(&file))
}

fn holder(mut file: &File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(ID).read_to_string(&mut text));
    Holder(read.ok().and_then(|_| text.strip_suffix('\n')?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_lock_is_one_processs_and_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::try_take(&path).unwrap();
        let Err(LockError::Held(holder)) = Lock::try_take(&path) else { panic!("it is taken twice") };
        assert_eq!(holder.to_string(), format!("process {}", process::id()));
        drop(held);
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert!(Lock::try_take(&path).is_ok());
    }

    #[test]
    fn a_lock_that_is_released_is_taken_by_the_one_that_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let mut held = Some(Lock::try_take(&path).unwrap());
        let taken = Lock::take(&path, Duration::ZERO, LONG, |holder| {
            assert_eq!(holder, Holder(Some(process::id())));
            held = None;
        });
        assert!(taken.is_ok());
    }

    #[test]
    fn a_lock_that_is_not_released_is_not_waited_for_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::try_take(&path).unwrap();
        let taken = Lock::take(&path, Duration::ZERO, Duration::ZERO, |_| {});
        assert!(matches!(taken, Err(LockError::Held(Holder(Some(_))))), "{taken:?}");
        drop(held);
        // The thread that waited has it for a moment.
        assert!(Lock::take(&path, LONG, LONG, |_| {}).is_ok());
    }

    #[test]
    fn what_is_no_process_id_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        for text in ["", "12", "x\n", "123456789012\n"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(holder(&File::open(&path).unwrap()), Holder(None), "{text:?}");
        }
    }
}
