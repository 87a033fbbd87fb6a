//! How far an index has come, and whether it goes with its directory.

use super::change_log;
use crate::{
    model::entries,
    store::{
        Error, changes,
        engine::{Connection, IndexFile, OwnConnection, Unusable, params},
        random,
    },
};

/// What the index that is followed has and no other: drawn whenever one begins to follow it.
pub type Era = [u8; 16];

/// How far an index has come.
pub struct Followed {
    /// It has every change up to this position of the change log,
    pub position: i64,
    /// and may have some up to this one.
    pub horizon: Horizon,
    /// Drawn when it was last opened to be followed.
    pub era: Era,
}

/// A position of the change log, and the mark of the change there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    pub position: i64,
    /// None where there never was a change.
    mark: Option<i64>,
}

impl Horizon {
    /// That of a snapshot of the directory.
    pub fn of(directory: Connection<'_>) -> Result<Self, Error> {
        let position = changes::newest(directory)?;
        Ok(Self { position, mark: change_log::mark(directory, position)? })
    }

    /// Whether the directory has this change.
    pub fn is_in(&self, directory: Connection<'_>) -> Result<bool, Error> {
        Ok(change_log::mark(directory, self.position)? == self.mark)
    }
}

impl Followed {
    pub fn read(index: Connection<'_>) -> Result<Self, Error> {
        let sql = "SELECT position, horizon, mark, era FROM followed";
        let followed = index.one(sql, params![], |row| {
            let horizon = Horizon { position: row.get(1)?, mark: row.get(2)? };
            Ok(Self { position: row.get(0)?, horizon, era: row.get(3)? })
        })?;
        followed.ok_or(Error::Corrupt("an index without a position"))
    }

    /// Whether it can be followed on from here: it is of this directory as it is.
    fn goes_on(&self, directory: Connection<'_>) -> Result<bool, Error> {
        Ok(self.horizon.is_in(directory)? && !changes::is_cut(directory, self.position)?)
    }
}

/// How values became keys. It is long, and not for every read to look at.
fn form(index: Connection<'_>) -> Result<Option<String>, Error> {
    index.one("SELECT form FROM followed", params![], |row| row.get(0))
}

/// Opens an index for reading, if it can be followed on.
pub fn open(file: &IndexFile, directory: Connection<'_>) -> Result<Result<OwnConnection, Unusable>, Error> {
    let index = match file.open_ours() {
        Ok(index) => index,
        Err(unusable) => return Ok(Err(unusable)),
    };
    let (Ok(followed), Ok(form)) = (Followed::read(index.lend()), form(index.lend())) else {
        return Ok(Err(Unusable::Damaged));
    };
    if form != Some(entries::form()) {
        return Ok(Err(Unusable::OtherVersion));
    }
    Ok(if followed.goes_on(directory)? { Ok(index) } else { Err(Unusable::OtherCopy) })
}

/// Has a new index begin here.
pub fn begin(index: Connection<'_>, at: Horizon) -> Result<(), Error> {
    let sql = "INSERT INTO followed (position, horizon, mark, era, form) VALUES (?1, ?1, ?2, ?3, ?4)";
    index.run(sql, params![at.position, at.mark, &Era::default()[..], &entries::form()]).map(drop)
}

/// Notes how far it has come.
pub fn write(index: Connection<'_>, position: i64, horizon: Horizon) -> Result<(), Error> {
    let sql = "UPDATE followed SET position = ?1, horizon = ?2, mark = ?3";
    index.run(sql, params![position, horizon.position, horizon.mark]).map(drop)
}

/// Gives it a new era.
pub fn renew(index: Connection<'_>) -> Result<Era, Error> {
    let era: Era = random::bytes()?;
    index.run("UPDATE followed SET era = ?1", params![&era[..]])?;
    Ok(era)
}
