//! A disk that loses its power: it has all that was synced, and any part of what was written since.
//!
//! Of the writes to a file since its last sync any may be there, in any order, and of each any sectors. A file that was
//! made longer may be as long as before, or as long and full of zeros. A file or folder that was made, renamed or
//! removed may be so or not, until the folder that names it is synced.

use super::recording::{Event, Moment};
use rand::{
    RngExt,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// Files and what is in them.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The part of a disk that lies below one folder.
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    /// As the running system sees them.
    names: Names,
    durable_names: Names,
    pending_names: Vec<(Moment, NameChange)>,
}

type Names = BTreeMap<PathBuf, Node>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    /// By its number in [`Disk::files`]: a name can come to stand for another file.
    File(usize),
}

/// What happens to the names of a folder at once.
struct NameChange {
    gone: Option<PathBuf>,
    made: Option<(PathBuf, Node)>,
}

/// A file's content.
#[derive(Default)]
struct File {
    length: usize,
    durable: Vec<u8>,
    pending: Vec<(Moment, Change)>,
}

enum Change {
    Write(usize, Arc<[u8]>),
    Length(usize),
}

impl Disk {
    /// The disk on which these events happened at these moments, from an empty folder on.
    pub fn after<'e>(root: &Path, events: impl Iterator<Item = (Moment, &'e Event)>) -> Self {
        let (names, durable_names) = (Names::new(), Names::new());
        let mut disk =
            Self { root: root.into(), files: Vec::new(), names, durable_names, pending_names: Vec::new() };
        for (moment, event) in events {
            disk.happens(moment, event);
        }
        disk
    }

    fn happens(&mut self, moment: Moment, event: &Event) {
        match event {
            Event::FolderMade(path) => self.name(moment, None, Some((path.clone(), Node::Folder))),
            Event::FileMade(path) if !self.names.contains_key(path) => {
                self.files.push(File::default());
                self.name(moment, None, Some((path.clone(), Node::File(self.files.len() - 1))));
            }
            Event::Renamed(from, to) => {
                let node = self.names[from];
                assert_eq!((from.parent(), node == Node::Folder), (to.parent(), false), "isn't modelled");
                self.name(moment, Some(from.clone()), Some((to.clone(), node)));
            }
            Event::Removed(path) => self.name(moment, Some(path.clone()), None),
            Event::Written { path, offset, bytes } => {
                let file = self.file(path);
                let offset = offset.unwrap_or(file.length);
                file.length = file.length.max(offset + bytes.len());
                file.pending.push((moment, Change::Write(offset, bytes.clone())));
            }
            Event::LengthSet { path, length } => {
                let file = self.file(path);
                file.length = *length;
                file.pending.push((moment, Change::Length(*length)));
            }
            Event::Synced { path, began } if self.is_folder(path) => self.sync_names(path, *began),
            Event::Synced { path, began } => self.file(path).sync(*began),
            Event::FileMade(_) | Event::Answered { .. } => {}
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        path == self.root || self.names.get(path) == Some(&Node::Folder)
    }

    fn file(&mut self, path: &Path) -> &mut File {
        match self.names.get(path) {
            Some(Node::File(number)) => &mut self.files[*number],
            other => panic!("{path:?} is {other:?}"),
        }
    }

    fn name(&mut self, moment: Moment, gone: Option<PathBuf>, made: Option<(PathBuf, Node)>) {
        let change = NameChange { gone, made };
        change.apply(&mut self.names);
        self.pending_names.push((moment, change));
    }

    fn sync_names(&mut self, folder: &Path, began: Moment) {
        for (_, change) in
            self.pending_names.extract_if(.., |(moment, change)| *moment < began && change.is_in(folder))
        {
            change.apply(&mut self.durable_names);
        }
    }

    /// Files that may be there when the power comes back.
    pub fn lose_power(&self, random: &mut StdRng) -> Files {
        let mut names = self.durable_names.clone();
        let everything = random.random_bool(0.5);
        for (_, change) in &self.pending_names {
            if everything || random.random() {
                change.apply(&mut names);
            }
        }
        self.files(&names, |file| file.lose_power(random))
    }

    /// The files that are there if everything is lost that can be.
    pub fn lose_all(&self) -> Files {
        self.files(&self.durable_names, |file| file.durable.clone())
    }

    fn files(&self, names: &Names, mut content: impl FnMut(&File) -> Vec<u8>) -> Files {
        let is_reached = |path: &Path| {
            let mut folders = path.ancestors().skip(1).take_while(|folder| *folder != self.root);
            folders.all(|folder| names.get(folder) == Some(&Node::Folder))
        };
        let mut files = Files::new();
        for (path, node) in names.iter().filter(|(path, _)| is_reached(path)) {
            if let Node::File(number) = node {
                files.insert(path.clone(), content(&self.files[*number]));
            }
        }
        files
    }
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        if let Some(path) = &self.gone {
            names.remove(path);
        }
        if let Some((path, node)) = &self.made {
            names.insert(path.clone(), *node);
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        let path = self.gone.as_ref().or(self.made.as_ref().map(|(path, _)| path));
        path.and_then(|path| path.parent()) == Some(folder)
    }
}

impl File {
    /// Keeps what was complete when the sync began.
    fn sync(&mut self, began: Moment) {
        for (_, change) in self.pending.extract_if(.., |(moment, _)| *moment < began) {
            match change {
                Change::Write(offset, bytes) => write(&mut self.durable, offset, &bytes),
                Change::Length(length) => self.durable.resize(length, 0),
            }
        }
    }

    fn lose_power(&self, random: &mut StdRng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        // Some are there as they were written (none and all of them among the cases), and of the others anything.
        let whole = if random.random() { random.random_range(0..=self.pending.len()) } else { 0 };
        let (first, rest) = self.pending.split_at(whole);
        for (_, change) in first {
            match change {
                Change::Write(offset, new) => write(&mut bytes, *offset, new),
                Change::Length(length) => bytes.resize(*length, 0),
            }
        }
        let mut rest: Vec<_> = rest.iter().map(|(_, change)| change).collect();
        let chance = *[0.0, 0.5, 0.9].choose(random).unwrap();
        if random.random() {
            rest.shuffle(random);
        }
        for change in rest {
            match change {
                Change::Length(length) if random.random_bool(chance) => bytes.resize(*length, 0),
                Change::Length(_) => {}
                Change::Write(offset, new) => {
                    // A longer file's length is on disk apart from its content.
                    if random.random_bool(chance) {
                        let length = bytes.len().max(offset + new.len());
                        bytes.resize(length, 0);
                    }
                    tear(&mut bytes, *offset, new, chance, random);
                }
            }
        }
        bytes
    }
}

/// Writes all, none or some of the sectors.
fn tear(bytes: &mut Vec<u8>, offset: usize, new: &[u8], chance: f64, random: &mut StdRng) {
    if !random.random_bool(chance) {
        return;
    }
    let chance = *[0.5, 1.0].choose(random).unwrap();
    let mut at = offset;
    while at < offset + new.len() {
        let end = (at / SECTOR + 1).saturating_mul(SECTOR).min(offset + new.len());
        if random.random_bool(chance) {
            write(bytes, at, &new[at - offset..end - offset]);
        }
        at = end;
    }
}

fn write(bytes: &mut Vec<u8>, offset: usize, new: &[u8]) {
    let end = offset + new.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::BTreeSet;

    /// Power losses after which every case that can happen has.
    const LOSSES: u64 = 2000;

    fn path(name: &str) -> PathBuf {
        Path::new("/disk").join(name)
    }

    fn made(name: &str) -> Event {
        Event::FileMade(path(name))
    }

    fn written(name: &str, offset: usize, bytes: &[u8]) -> Event {
        Event::Written { path: path(name), offset: Some(offset), bytes: bytes.into() }
    }

    /// A sync of all that was done before it.
    fn synced(name: &str, began: Moment) -> Event {
        Event::Synced { path: path(name), began }
    }

    /// What can be there after these events, in a disk whose folder is synced: each case once.
    fn outcomes(events: &[Event]) -> BTreeSet<Files> {
        let disk = Disk::after(Path::new("/disk"), events.iter().enumerate());
        (0..LOSSES).map(|seed| disk.lose_power(&mut StdRng::seed_from_u64(seed))).collect()
    }

    /// What can be in the file `f` after these events happened to it.
    fn contents(events: impl IntoIterator<Item = Event>) -> BTreeSet<Vec<u8>> {
        let made = [made("f"), Event::Synced { path: "/disk".into(), began: 1 }];
        let events: Vec<_> = made.into_iter().chain(events).collect();
        outcomes(&events).into_iter().map(|files| files[&path("f")].clone()).collect()
    }

    fn all<const N: usize>(cases: [Vec<u8>; N]) -> BTreeSet<Vec<u8>> {
        cases.into()
    }

    #[test]
    fn a_sync_keeps_all_that_was_written_before_it_began() {
        let [old, new] = [[1; 2000], [2; 2000]];
        let events = [written("f", 0, &old), written("f", 100, &new), synced("f", 4)];
        assert_eq!(contents(events), all([[&old[..100], &new].concat()]));
    }

    #[test]
    fn a_sync_keeps_nothing_that_was_written_after_it_began() {
        let events = [written("f", 0, b"old"), written("f", 0, b"new"), synced("f", 3)];
        assert_eq!(contents(events), all([b"old".into(), b"new".into()]));
    }

    #[test]
    fn without_a_sync_every_subset_of_the_writes_may_be_there() {
        let written = [written("f", 0, b"a"), written("f", 1, b"b"), written("f", 2, b"c")];
        // Without the third, the file may be as long as if it were there.
        let cases: BTreeSet<_> = contents(written)
            .into_iter()
            .map(|mut bytes| {
                bytes.resize(3, 0);
                bytes
            })
            .collect();
        let subset =
            |number: usize| (0..3).map(|bit| if number >> bit & 1 == 1 { b"abc"[bit] } else { 0 }).collect();
        assert_eq!(cases, (0..8).map(subset).collect());
    }

    #[test]
    fn writes_that_no_sync_parts_may_come_in_any_order() {
        let old = [written("f", 0, b"...."), synced("f", 3)];
        let new = [written("f", 0, b"aa"), written("f", 1, b"bb")];
        let cases = ["....", "aa..", ".bb.", "abb.", "aab."].map(Vec::from);
        assert_eq!(contents(old.into_iter().chain(new)), all(cases));
    }

    #[test]
    fn a_write_is_torn_between_sectors_and_never_within_one() {
        let old = [0; 1024];
        let new = [[1; 512], [2; 512]].concat();
        let events = [written("f", 0, &old), synced("f", 3), written("f", 256, &new[256..])];
        let first = [&old[..256], &new[256..512], &old[512..]].concat();
        let second = [&old[..512], &new[512..]].concat();
        let both = [&old[..256], &new[256..]].concat();
        assert_eq!(contents(events), all([old.into(), first, second, both]));
    }

    #[test]
    fn a_file_that_was_made_longer_may_be_short_or_full_of_zeros() {
        let cases = contents([written("f", 0, b"old"), synced("f", 3), written("f", 3, b"new")]);
        assert_eq!(cases, all([b"old".into(), b"old\0\0\0".into(), b"oldnew".into()]));
    }

    #[test]
    fn a_file_that_was_cut_short_may_be_long() {
        let cut = Event::LengthSet { path: path("f"), length: 1 };
        let long = [written("f", 0, b"old"), synced("f", 3)];
        assert_eq!(contents(long.into_iter().chain([cut])), all([b"old".into(), b"o".into()]));
    }

    #[test]
    fn names_may_be_the_old_ones_until_their_folder_is_synced() {
        let folder = |began| Event::Synced { path: "/disk".into(), began };
        let content = [made("a"), written("a", 0, b"a"), synced("a", 2)];
        let names = |events: Vec<Event>| -> BTreeSet<Vec<String>> {
            let name = |path: &PathBuf| path.strip_prefix("/disk").unwrap().display().to_string();
            outcomes(&events).iter().map(|files| files.keys().map(name).collect()).collect()
        };
        let cases = |cases: &[&[&str]]| -> BTreeSet<Vec<String>> {
            cases.iter().map(|names| names.iter().map(|&name| name.into()).collect()).collect()
        };
        let after = |rest: Vec<Event>| names(content.iter().cloned().chain(rest).collect());
        let renamed = || Event::Renamed(path("a"), path("b"));
        let removed = || Event::Removed(path("a"));
        assert_eq!(after(vec![]), cases(&[&[], &["a"]]), "made");
        assert_eq!(after(vec![folder(3)]), cases(&[&["a"]]), "made and synced");
        assert_eq!(after(vec![folder(3), renamed()]), cases(&[&["a"], &["b"]]), "renamed");
        assert_eq!(after(vec![folder(3), renamed(), folder(5)]), cases(&[&["b"]]), "renamed and synced");
        assert_eq!(after(vec![folder(3), removed()]), cases(&[&["a"], &[]]), "removed");
        assert_eq!(after(vec![folder(3), removed(), folder(5)]), cases(&[&[]]), "removed and synced");
        let inner = vec![Event::FolderMade(path("d")), made("d/f"), synced("d", 2)];
        assert_eq!(names(inner.clone()), cases(&[&[], &["d/f"]]), "in a folder that isn't named yet");
        let named = inner.into_iter().chain([folder(3)]).collect();
        assert_eq!(names(named), cases(&[&["d/f"]]), "in a folder that is");
    }

    #[test]
    fn at_worst_all_is_lost_that_no_sync_covers() {
        let folder = Event::Synced { path: "/disk".into(), began: 2 };
        let events =
            [made("a"), written("a", 0, b"old"), folder, synced("a", 3), written("a", 0, b"new"), made("b")];
        let disk = Disk::after(Path::new("/disk"), events.iter().enumerate());
        assert_eq!(disk.lose_all(), Files::from([(path("a"), b"old".into())]));
    }

    #[test]
    fn a_file_created_again_under_an_old_name_is_another_file() {
        let folder = |began| Event::Synced { path: "/disk".into(), began };
        let first = [made("f"), written("f", 0, b"old"), synced("f", 2), folder(3)];
        let second = [Event::Removed(path("f")), made("f"), written("f", 0, b"n"), synced("f", 7)];
        let cases: BTreeSet<_> = outcomes(&first.into_iter().chain(second).collect::<Vec<_>>())
            .into_iter()
            .map(|files| files.get(&path("f")).cloned())
            .collect();
        assert_eq!(cases, BTreeSet::from([None, Some(b"old".into()), Some(b"n".into())]));
    }
}
