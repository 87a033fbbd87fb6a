//! How long a campaign runs: a few rounds in the tests, as long as `cargo xtask torture` says otherwise.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// The environment variable that says for how many minutes each campaign runs.
const MINUTES: &str = "ROSTER_TORTURE_MINUTES";

/// The rounds of a campaign: this many in the tests, and under torture as many as fit into its time.
pub fn rounds(in_tests: usize) -> impl Iterator<Item = usize> {
    rounds_within(in_tests, None)
}

/// The same for a campaign that has a time of its own where it isn't torture.
pub fn rounds_within(in_tests: usize, time: Option<Duration>) -> impl Iterator<Item = usize> {
    let minutes = std::env::var(MINUTES).ok().map(|minutes| minutes.parse::<f64>().unwrap());
    let torture = minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
    let end = torture.or(time).map(|time| Instant::now() + time);
    (0..).take_while(move |&round| end.map_or(round < in_tests, |end| round == 0 || Instant::now() < end))
}

/// How long something may take: this time in torture, where the release build has the machine to itself, and a time that any
/// machine keeps in the tests.
pub fn limit(in_torture: Duration) -> Duration {
    const IN_TESTS: Duration = Duration::from_secs(120);
    if std::env::var(MINUTES).is_ok() { in_torture } else { IN_TESTS }
}

/// Prints what a campaign did, where the output is read.
pub fn report(name: &str, counts: impl Display) {
    println!("campaign {name}: {counts}");
}
