//! A server's process, and what it uses, from `/proc`: the bench runs only on Linux.

use super::tls::Tls;
use crate::roster::Roster;
use std::{fs, time::Duration};

/// The clock ticks of a second in which `/proc` counts: fixed on Linux (`USER_HZ`).
const TICKS: f64 = 100.0;

/// A server that runs.
pub struct Process {
    /// Its address and port.
    pub address: String,
    /// How it is reached by https, where it is.
    pub tls: Option<Tls>,
    /// The process itself.
    pub roster: Roster,
}

/// What a process used.
#[derive(Clone, Copy, Default)]
pub struct Usage {
    /// Time on processors.
    pub processor: Duration,
    /// The peak of its memory, in bytes, since that was last reset.
    pub peak_memory: u64,
}

impl Usage {
    /// What was used between two looks.
    pub fn since(&self, before: &Self) -> Self {
        Self { processor: self.processor.saturating_sub(before.processor), ..*self }
    }
}

impl Process {
    /// Takes a server that was started.
    pub fn new(roster: Roster) -> Result<Self, String> {
        let address = roster.url.trim_start_matches("http://").to_owned();
        let tls = roster
            .tls
            .as_ref()
            .map(|(url, ca)| Tls::new(url.trim_start_matches("https://"), ca))
            .transpose()?;
        Ok(Self { address, tls, roster })
    }

    /// Resets the peak of memory to what it has now.
    pub fn forget_peak(&self) -> Result<(), String> {
        let path = format!("/proc/{}/clear_refs", self.roster.id());
        fs::write(&path, "5").map_err(|error| format!("{path}: {error}"))
    }

    /// What it used up to now.
    pub fn usage(&self) -> Result<Usage, String> {
        // Fields 14 and 15 (user and system time), counted from after the name, which may contain spaces.
        let stat = self.read("stat")?;
        let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
        let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Ok(Usage { processor: Duration::from_secs_f64(ticks / TICKS), peak_memory: self.memory("VmHWM:")? })
    }

    /// The memory that it has now, in bytes.
    pub fn resident_memory(&self) -> Result<u64, String> {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> Result<u64, String> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        Ok(kilobytes.ok_or("the process has ended")? * 1024)
    }

    fn read(&self, file: &str) -> Result<String, String> {
        let path = format!("/proc/{}/{file}", self.roster.id());
        fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
    }
}
