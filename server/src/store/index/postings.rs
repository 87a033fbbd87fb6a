//! The index's tables: which objects have which keys, and which keys an object has. All their SQL is here.

use super::chunks::{self, Chunk, Stored};
use crate::{
    model::{entries::Entry, keys::Key},
    store::{
        Error,
        engine::{Connection, Value, params},
        numbers::RowNumber,
        rows::{Gathered, Rows},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

/// The keys of an object.
pub type Keys = BTreeSet<Entry>;

/// The objects of a tenant that have a key of a line in a range.
pub const FIND: &str = "SELECT chunk, rows FROM postings
                        WHERE tenant = ?1 AND line = ?2 AND key >= ?3 AND key < ?4";
/// The same with their keys, in the order of these,
pub const WALK: &str = "SELECT chunk, rows, key FROM postings
                        WHERE tenant = ?1 AND line = ?2 AND key >= ?3 AND key < ?4 ORDER BY key, chunk";
/// and backwards.
pub const WALK_BACKWARDS: &str = "SELECT chunk, rows, key FROM postings
                                  WHERE tenant = ?1 AND line = ?2 AND key >= ?3 AND key < ?4
                                  ORDER BY key DESC, chunk DESC";

/// Adds the objects of a chunk.
pub fn add(chunk: i64, bytes: &[u8], found: &mut Gathered) -> Result<(), Error> {
    match Stored::read(bytes).ok_or(DAMAGED)? {
        Stored::Bits(bits) => found.insert_bits(chunk, bits),
        Stored::List(list) => {
            found.insert(chunk, list.iter().map(|place| u16::from_le_bytes(*place)));
        }
    }
    Ok(())
}

/// The objects of a chunk.
pub fn rows(chunk: i64, bytes: &[u8]) -> Result<Vec<RowNumber>, Error> {
    let places = Stored::read(bytes).ok_or(DAMAGED)?.places();
    Ok(places.map(|place| RowNumber(chunk * chunks::ROWS + i64::from(place))).collect())
}

const DAMAGED: Error = Error::Corrupt("an index with a chunk that is none");

/// The keys of an object. None where it isn't indexed.
pub fn keys(connection: Connection<'_>, row: i64) -> Result<Keys, Error> {
    unpack(&packed(connection, row)?)
}

/// The same as bytes, which [`unpack`] reads.
pub fn packed(connection: Connection<'_>, row: i64) -> Result<Vec<u8>, Error> {
    let sql = "SELECT entries FROM indexed WHERE row = ?1";
    Ok(connection.one(sql, params![row], |row| row.get(0))?.unwrap_or_default())
}

/// The objects of a tenant that are indexed.
pub fn objects(connection: Connection<'_>, tenant: i64) -> Result<Rows, Error> {
    let mut objects = Rows::default();
    connection.each("SELECT row FROM indexed WHERE tenant = ?1", params![tenant], |row| {
        objects.insert(RowNumber(row.get(0)?));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(objects)
}

/// Objects that have a key, all in one chunk.
pub struct Posting {
    line: i64,
    key: Key,
    chunk: i64,
    bytes: Vec<u8>,
}

impl Posting {
    /// Before the first of a tenant's.
    pub const START: Self = Self { line: -1, key: Key(Vec::new()), chunk: 0, bytes: Vec::new() };

    /// What these objects have.
    pub fn entry(&self) -> Result<Entry, Error> {
        Ok((u16::try_from(self.line).map_err(|_| DAMAGED)?, self.key.clone()))
    }

    /// These objects.
    pub fn rows(&self) -> Result<Vec<RowNumber>, Error> {
        rows(self.chunk, &self.bytes)
    }
}

/// A tenant's postings that come next after one, so many at most.
pub fn page(
    connection: Connection<'_>,
    tenant: i64,
    after: &Posting,
    limit: i64,
) -> Result<Vec<Posting>, Error> {
    let sql = "SELECT line, key, chunk, rows FROM postings
               WHERE tenant = ?1 AND (line, key, chunk) > (?2, ?3, ?4) ORDER BY line, key, chunk LIMIT ?5";
    let mut page = Vec::new();
    connection.each(sql, params![tenant, after.line, &after.key.0[..], after.chunk, limit], |row| {
        let (line, key, chunk, bytes) = (row.get(0)?, Key(row.get(1)?), row.get(2)?, row.get(3)?);
        page.push(Posting { line, key, chunk, bytes });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

/// An object's first key of a line.
pub fn key(connection: Connection<'_>, row: i64, line: u16) -> Result<Option<Key>, Error> {
    let packed = packed(connection, row)?;
    let found = Packed(&packed).find(|(of, _)| *of == line);
    Ok(found.map(|(_, key)| Key(key.into())))
}

/// Which chunk: its tenant, its line, its key, and its number.
type ChunkOf = (i64, u16, Key, i64);

/// Changes of the index that are collected, to be written in the order of its tables.
#[derive(Default)]
pub struct Differences {
    /// Of each chunk: which places are in it from now on, and which aren't any more.
    chunks: BTreeMap<ChunkOf, Vec<(u16, bool)>>,
    objects: BTreeMap<i64, (i64, Keys)>,
}

impl Differences {
    /// Gives an object of this tenant these keys in place of those that it has.
    pub fn replace(&mut self, tenant: i64, row: i64, before: &Keys, after: Keys) {
        if *before == after {
            return;
        }
        let (chunk, place) = chunks::place(row);
        let gone = before.difference(&after).map(|key| (key, false));
        for ((line, key), is_there) in gone.chain(after.difference(before).map(|key| (key, true))) {
            let of_chunk = self.chunks.entry((tenant, *line, key.clone(), chunk)).or_default();
            of_chunk.push((place, is_there));
        }
        self.objects.insert(row, (tenant, after));
    }

    /// Writes them.
    pub fn write(self, connection: Connection<'_>) -> Result<(), Error> {
        for ((tenant, line, key, chunk), places) in self.chunks {
            write_chunk(connection, params![tenant, i64::from(line), &key.0[..], chunk], &places)?;
        }
        for (row, (tenant, keys)) in self.objects {
            if keys.is_empty() {
                connection.run("DELETE FROM indexed WHERE row = ?1", params![row])?;
            } else {
                let sql = "INSERT INTO indexed (row, tenant, entries) VALUES (?1, ?2, ?3)
                           ON CONFLICT (row) DO UPDATE SET entries = excluded.entries";
                connection.run(sql, params![row, tenant, &pack(&keys)[..]])?;
            }
        }
        Ok(())
    }
}

fn write_chunk(connection: Connection<'_>, chunk: &[Value<'_>], places: &[(u16, bool)]) -> Result<(), Error> {
    if insert_chunk(connection, chunk, places)? {
        return Ok(());
    }
    let stored = connection.one(
        "SELECT rows FROM postings WHERE tenant = ?1 AND line = ?2 AND key = ?3 AND chunk = ?4",
        chunk,
        |row| row.get::<Vec<u8>>(0),
    )?;
    let mut rows = stored.map_or(Some(Chunk::EMPTY), |bytes| Chunk::read(&bytes)).ok_or(DAMAGED)?;
    places.iter().for_each(|(place, is_there)| rows.set(*place, *is_there));
    let bytes = rows.to_bytes();
    if bytes.is_empty() {
        connection
            .run("DELETE FROM postings WHERE tenant = ?1 AND line = ?2 AND key = ?3 AND chunk = ?4", chunk)?;
    } else {
        let sql = "INSERT INTO postings (tenant, line, key, chunk, rows) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (tenant, line, key, chunk) DO UPDATE SET rows = excluded.rows";
        connection.run(sql, &[chunk, params![&bytes[..]]].concat())?;
    }
    Ok(())
}

/// Writes a chunk of a single row, if there is none yet: most values are one object's alone.
fn insert_chunk(
    connection: Connection<'_>,
    chunk: &[Value<'_>],
    places: &[(u16, bool)],
) -> Result<bool, Error> {
    let [(place, true)] = places else { return Ok(false) };
    let sql = "INSERT INTO postings (tenant, line, key, chunk, rows) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    Ok(connection.run(sql, &[chunk, params![&place.to_le_bytes()[..]]].concat())? > 0)
}

/// Takes away a part of what the index has of a tenant. Says how many rows of a table that were at most.
pub fn clear(connection: Connection<'_>, tenant: i64, limit: i64) -> Result<usize, Error> {
    let postings = "DELETE FROM postings WHERE (tenant, line, key, chunk) IN
                    (SELECT tenant, line, key, chunk FROM postings WHERE tenant = ?1 LIMIT ?2)";
    let objects = "DELETE FROM indexed WHERE row IN (SELECT row FROM indexed WHERE tenant = ?1 LIMIT ?2)";
    let taken = connection.run(postings, params![tenant, limit])?;
    Ok(taken.max(connection.run(objects, params![tenant, limit])?))
}

/// Keys as bytes: of each the line's number in two bytes, the length in one, and the key.
fn pack(keys: &Keys) -> Vec<u8> {
    let mut packed = Vec::new();
    for (line, key) in keys {
        packed.extend(line.to_le_bytes());
        packed.push(u8::try_from(key.0.len()).unwrap_or_default());
        packed.extend(&key.0);
    }
    packed
}

/// What [`pack`] packed.
pub fn unpack(packed: &[u8]) -> Result<Keys, Error> {
    let mut packed = Packed(packed);
    let keys = packed.by_ref().map(|(line, key)| (line, Key(key.into()))).collect();
    let is_whole = packed.0.is_empty();
    is_whole.then_some(keys).ok_or(Error::Corrupt("an index with entries that are none"))
}

/// Keys that are packed, up to where they can be read.
struct Packed<'p>(&'p [u8]);

impl<'p> Iterator for Packed<'p> {
    type Item = (u16, &'p [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[low, high, length], rest) = self.0.split_first_chunk()?;
        let (key, rest) = rest.split_at_checked(length.into())?;
        self.0 = rest;
        Some((u16::from_le_bytes([low, high]), key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{
        collection::{btree_set, vec},
        prelude::*,
    };

    proptest! {
        #[test]
        fn packed_keys_are_unpacked(keys in btree_set((any::<u16>(), vec(any::<u8>(), 0..128).prop_map(Key)), 0..20)) {
            prop_assert_eq!(unpack(&pack(&keys)).unwrap(), keys);
        }
    }
}
