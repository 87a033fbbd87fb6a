//! Whose objects are indexed: those of tenants that have many.

use crate::{
    model::ENTITIES,
    store::{
        Error,
        engine::{Connection, params},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

/// How far a tenant's objects are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Up to the object of this kind and row.
    Filling(Place),
    /// All of them.
    Complete,
    /// They are to be taken out: the tenant was deleted.
    Clearing,
}

/// A kind's number, and a row of that kind.
pub type Place = (i64, i64);

/// Before the first object.
pub const START: Place = (0, 0);

impl State {
    /// Whether changes of an object are folded.
    pub fn covers(self, object: Place) -> bool {
        match self {
            Self::Filling(filled) => object <= filled,
            Self::Complete => true,
            Self::Clearing => false,
        }
    }

    fn to_columns(self) -> (i64, Place) {
        match self {
            Self::Filling(filled) => (FILLING, filled),
            Self::Complete => (COMPLETE, START),
            Self::Clearing => (CLEARING, START),
        }
    }
}

const FILLING: i64 = 0;
const COMPLETE: i64 = 1;
const CLEARING: i64 = 2;

/// The tenants that the index has.
pub fn all(index: Connection<'_>) -> Result<BTreeMap<i64, State>, Error> {
    let mut tenants = BTreeMap::new();
    index.each("SELECT tenant, state, kind, row FROM tenants", params![], |row| {
        let state = match row.get(1)? {
            FILLING => State::Filling((row.get(2)?, row.get(3)?)),
            COMPLETE => State::Complete,
            _ => State::Clearing,
        };
        tenants.insert(row.get(0)?, state);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(tenants)
}

/// Whether all objects of a tenant are indexed.
pub fn is_complete(index: Connection<'_>, tenant: i64) -> Result<bool, Error> {
    let sql = "SELECT state FROM tenants WHERE tenant = ?1";
    Ok(index.one(sql, params![tenant], |row| row.get::<i64>(0))? == Some(COMPLETE))
}

/// Writes how far a tenant's objects are indexed.
pub fn write(index: Connection<'_>, tenant: i64, state: State) -> Result<(), Error> {
    let sql = "INSERT INTO tenants (tenant, state, kind, row) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (tenant) DO UPDATE SET state = excluded.state, kind = excluded.kind, row = excluded.row";
    let (state, (kind, row)) = state.to_columns();
    index.run(sql, params![tenant, state, kind, row]).map(drop)
}

/// Takes a tenant away of which nothing is indexed any more.
pub fn forget(index: Connection<'_>, tenant: i64) -> Result<(), Error> {
    index.run("DELETE FROM tenants WHERE tenant = ?1", params![tenant]).map(drop)
}

/// Whether a tenant is in the directory and has more objects than this.
pub fn is_larger(directory: Connection<'_>, tenant: i64, objects: u32) -> Result<bool, Error> {
    let is_there = "SELECT 1 FROM tenants WHERE number = ?1";
    if directory.one(is_there, params![tenant], |_| Ok(()))?.is_none() {
        return Ok(false);
    }
    let mut count = 0;
    for entity in ENTITIES {
        let sql = "SELECT count FROM counts WHERE what = ?1 AND of_row = ?2";
        let of_kind = directory.one(sql, params![entity.number, tenant], |row| row.get::<i64>(0))?;
        count += of_kind.unwrap_or_default();
    }
    Ok(count > objects.into())
}

/// The numbers of all tenants of the directory.
pub fn in_directory(directory: Connection<'_>) -> Result<BTreeSet<i64>, Error> {
    let mut numbers = BTreeSet::new();
    directory.each("SELECT number FROM tenants", params![], |row| {
        numbers.insert(row.get(0)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(numbers)
}

/// How many tenants the directory has, and the highest number: both together change when one is deleted.
pub fn signature(directory: Connection<'_>) -> Result<(i64, i64), Error> {
    let sql = "SELECT count(*), coalesce(max(number), 0) FROM tenants";
    let found = directory.one(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.unwrap_or_default())
}
