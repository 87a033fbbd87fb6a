//! The end of the process by a fault that no request can be told of. The store decides when; what else must be done before
//! it, such as writing the log's last lines, is said by others.

use std::sync::OnceLock;

/// A fault of the program's own (`EX_SOFTWARE` of sysexits).
pub(super) const SOFTWARE: i32 = 70;
/// A failing disk (`EX_IOERR` of sysexits).
pub(super) const DISK_FAILURE: i32 = 74;

static LAST: OnceLock<fn()> = OnceLock::new();

/// Has this run before the process ends by such a fault. It must end by itself, soon. The first one given counts.
pub fn before(last: fn()) {
    let _ = LAST.set(last);
}

/// Ends the process with this status.
pub(super) fn with(status: i32) -> ! {
    if let Some(last) = LAST.get() {
        last();
    }
    std::process::exit(status)
}
