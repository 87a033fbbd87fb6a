//! What SQLite's faults mean.

use crate::store::{
    self,
    engine::{Cause, DatabaseError},
};
use rusqlite::{Error, ErrorCode, ffi};
use std::sync::Arc;

impl From<Error> for store::Error {
    fn from(error: Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            return Self::Large;
        }
        Self::Database(Arc::new(DatabaseError(Cause::Sqlite(error))))
    }
}

/// Whether a value that must be unique is there already.
pub(super) fn is_conflict(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// Whether it isn't known what is on disk after this error: a write or sync failed.
pub(super) fn is_disk_failure(error: &store::Error) -> bool {
    let store::Error::Database(error) = error else { return false };
    let Cause::Sqlite(error) = &error.0;
    is_damage(error)
}

/// Whether the database is damaged, or the disk on which it lies.
pub(in super::super) fn is_damage(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Whether the disk had no room for what the database had to write.
pub(in super::super) fn is_disk_full(error: &Error) -> bool {
    // The second is of the file that processes share, which grows where a database is opened.
    let codes = [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE];
    error.sqlite_error().is_some_and(|error| codes.contains(&error.extended_code))
}

/// Whether the same call may well succeed later: the disk is full or slow, another process writes.
pub(in super::super) fn is_passing(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::OutOfMemory
                | ErrorCode::SystemIoFailure
        )
    )
}
