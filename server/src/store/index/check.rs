//! Whether an index has what it should: of each object the entries that follow from its document, and of each entry the object.
//!
//! A server may go on writing both. So they are compared in parts, each at a moment of its own and quickly read, as a log can't
//! begin anew while another connection reads; what has changed since the beginning isn't compared.

use super::{
    change_log,
    fault::{Fault, is_damage},
    followed::{self, Followed},
    pending::DirectorySnapshot,
    postings::{self, Posting},
    shared::Index,
    tenants::{self, START, State},
};
use crate::{
    model::{entries::Entry, ids::ObjectId},
    store::{
        Error, Tenant, changes,
        engine::{Connection, Snapshot, Unusable, params},
        numbers::RowNumber,
        rows::Rows,
    },
};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Postings that are read at one moment.
const POSTINGS: i64 = 8_000;

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The tenant isn't indexed and needn't be: it has few objects.
    Unneeded,
    /// The index doesn't have all of its objects yet.
    Unfinished,
    /// It should be indexed, and what should have its objects can't be used.
    Unusable(Unusable),
    /// This was found.
    Compared(Found),
}

/// What was found of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The tenant's objects.
    pub objects: u64,
    /// Those whose entries aren't what follows from their documents.
    pub different: Vec<ObjectId>,
    /// Whether what is indexed by object and what is indexed by value is the same.
    pub agree: bool,
}

impl Checked {
    /// Whether the index is as it should be.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Unneeded | Self::Unfinished => true,
            Self::Unusable(_) => false,
            Self::Compared(found) => found.is_sound(),
        }
    }
}

impl Found {
    /// Whether the index is as it should be.
    pub fn is_sound(&self) -> bool {
        self.agree && self.different.is_empty()
    }
}

impl Index {
    /// Compares it with a tenant's objects.
    pub fn check(&self, tenant: Tenant) -> Result<Checked, Error> {
        let (tenant, directory) = (tenant.number, self.file.open_directory()?);
        let directory = directory.lend();
        let is_needed = tenants::is_larger(directory, tenant, self.options.largest_scanned)?;
        let unless_needed = |otherwise| if is_needed { otherwise } else { Checked::Unneeded };
        let index = match followed::open(&self.file, directory)? {
            Ok(index) => index,
            Err(unusable) => return Ok(unless_needed(Checked::Unusable(unusable))),
        };
        match self.compare(index.lend(), directory, tenant) {
            Ok(found) => Ok(found.map_or_else(|| unless_needed(Checked::Unfinished), Checked::Compared)),
            Err(Fault::Index(error)) if is_damage(&error) => Ok(Checked::Unusable(Unusable::Damaged)),
            Err(Fault::Index(error) | Fault::Other(error)) => Err(error),
        }
    }

    /// `None`: the tenant isn't indexed, or not as a whole.
    fn compare(
        &self,
        index: Connection<'_>,
        directory: Connection<'_>,
        tenant: i64,
    ) -> Result<Option<Found>, Fault> {
        if !tenants::is_complete(index, tenant).map_err(Fault::Index)? {
            return Ok(None);
        }
        let seen = Followed::read(index).map_err(Fault::Index)?.position;
        let none = Rows::default;
        let mut comparison = Comparison {
            of: self,
            index,
            directory,
            tenant,
            seen,
            changed: none(),
            there: none(),
            different: none(),
            sums: HashMap::new(),
        };
        comparison.compare_objects()?;
        comparison.add_postings()?;
        comparison.find().map(Some)
    }
}

/// A comparison that is under way.
struct Comparison<'c> {
    of: &'c Index,
    index: Connection<'c>,
    directory: Connection<'c>,
    tenant: i64,
    /// The objects that have changed after the index's first position, up to this one.
    changed: Rows,
    seen: i64,
    /// The directory's objects, and those of them that are indexed wrongly.
    there: Rows,
    different: Rows,
    /// Of each object its entries by object, less those by value: 0 where they are the same.
    sums: HashMap<RowNumber, u64>,
}

impl Comparison<'_> {
    /// Reads the index and the directory at one moment.
    fn read<T>(
        &mut self,
        read: impl FnOnce(Connection<'_>, Connection<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let of_index = Snapshot::begin(self.index).map_err(Fault::Index)?;
        // The first that is read of each: the directory has everything that the index has.
        Followed::read(of_index.connection()).map_err(Fault::Index)?;
        let of_directory = Snapshot::begin(self.directory)?;
        let newest = changes::newest(of_directory.connection())?;
        let directory = of_directory.connection();
        change_log::add_objects(directory, self.tenant, self.seen, newest, &mut self.changed)?;
        self.seen = newest;
        read(of_index.connection(), directory)
    }

    /// Compares the entries of all objects with their documents.
    fn compare_objects(&mut self) -> Result<(), Fault> {
        let (tenant, options) = (self.tenant, &self.of.options);
        let mut state = State::Filling(START);
        while let State::Filling(place) = state {
            let (next, objects) = self.read(|index, directory| {
                let mut objects = Vec::new();
                let snapshot = DirectorySnapshot { directory, newest: 0, options };
                let next = snapshot.fill(tenant, place, &mut objects)?;
                let with_packed = objects.into_iter().map(|object| {
                    let packed = postings::packed(index, object.row).map_err(Fault::Index)?;
                    Ok((object, packed))
                });
                Ok((next, with_packed.collect::<Result<Vec<_>, Fault>>()?))
            })?;
            for (object, packed) in objects {
                let (row, keys) = (RowNumber(object.row), postings::unpack(&packed).map_err(Fault::Index)?);
                self.there.insert(row);
                if object.keys() != keys {
                    self.different.insert(row);
                }
                let sum = self.sums.entry(row).or_default();
                *sum = keys.iter().fold(*sum, |sum, entry| sum.wrapping_add(hash(entry)));
            }
            state = next;
        }
        Ok(())
    }

    /// Takes away all entries by which objects are found.
    fn add_postings(&mut self) -> Result<(), Fault> {
        let (tenant, mut last) = (self.tenant, Posting::START);
        loop {
            let page =
                self.read(|index, _| postings::page(index, tenant, &last, POSTINGS).map_err(Fault::Index))?;
            for posting in &page {
                let hash = hash(&posting.entry().map_err(Fault::Index)?);
                for row in posting.rows().map_err(Fault::Index)? {
                    let sum = self.sums.entry(row).or_default();
                    *sum = sum.wrapping_sub(hash);
                }
            }
            match page.into_iter().next_back() {
                Some(posting) => last = posting,
                None => return Ok(()),
            }
        }
    }

    /// What was found, but for what has changed meanwhile.
    fn find(mut self) -> Result<Found, Fault> {
        let tenant = self.tenant;
        let mut indexed = self.read(|index, _| postings::objects(index, tenant).map_err(Fault::Index))?;
        indexed -= &self.there;
        indexed -= &self.changed;
        self.different -= &self.changed;
        let agrees = |(row, sum): (&RowNumber, &u64)| *sum == 0 || self.changed.contains(*row);
        let agree = indexed.is_empty() && self.sums.iter().all(agrees);
        let different = self.different.iter().map(|row| id_at(self.directory, row));
        let different = different.collect::<Result<_, _>>()?;
        Ok(Found { objects: self.there.len(), different, agree })
    }
}

fn id_at(directory: Connection<'_>, row: RowNumber) -> Result<ObjectId, Error> {
    let sql = "SELECT id FROM objects WHERE row = ?1";
    let id = directory.one(sql, params![row.0], |found| Ok(ObjectId::from_uuid(found.get(0)?)))?;
    id.ok_or(Error::Corrupt("an object that is gone"))
}

fn hash(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    entry.hash(&mut hasher);
    hasher.finish()
}
