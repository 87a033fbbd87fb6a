//! Undoing a soft deletion: the object is there again at once, and is again a target of what it was one of, up to a batch. The object of
//! which more is left has a row in `unfinished_restorations` until the rest is back, in batches that hold up no other write for long.

use super::{
    Error, Progress, Store, WriteTx,
    changes::{self, Change},
    deletions::{first_of, unfinished},
    engine::params,
    objects::{self, Object, select_objects},
    relations::{Fits, RELATIONS},
};
use crate::model::values::{Document, Values};

/// Pairs of one table that one batch puts back: a rule looks at each of them.
const BATCH: usize = 200;

/// Restores a deleted object with these values, of which these changed, and gives its documents. Its deletion is finished, and its
/// names are free. Unfinished: not all that it was a target of is back.
pub fn restore(
    tx: &WriteTx<'_>,
    object: &Object,
    values: &Values,
    changed: &[&'static str],
    fits: Fits,
) -> Result<(Document, Progress), Error> {
    tx.mark_principals_changed();
    tx.count_objects(object.kind(), 1);
    let document = objects::update(tx, object, values, changed)?;
    tx.run("UPDATE objects SET deleted_at = NULL WHERE row = ?1", params![object.row.0])?;
    changes::append(tx, object, Change::Restored)?;
    let progress = put_back_batch(tx, object, fits)?;
    if progress == Progress::Unfinished {
        // It may have one of a restoration that a deletion ended.
        let sql = "INSERT INTO unfinished_restorations (object_row) VALUES (?1) ON CONFLICT DO NOTHING";
        tx.run(sql, params![object.row.0])?;
        tx.leave_unfinished();
    }
    Ok((document, progress))
}

/// Puts back a batch of what a restored object was a target of.
fn put_back_batch(tx: &WriteTx<'_>, object: &Object, fits: Fits) -> Result<Progress, Error> {
    let mut batch = Progress::Finished;
    for relation in RELATIONS {
        if relation.put_back(tx, object, BATCH, fits)? == BATCH {
            batch = Progress::Unfinished;
        }
    }
    Ok(batch)
}

/// Does one batch of the restoration of this object, where that was left unfinished.
pub fn finish(tx: &WriteTx<'_>, object: &Object, fits: Fits) -> Result<Progress, Error> {
    let sql =
        "SELECT o.deleted_at IS NULL FROM unfinished_restorations u JOIN objects o ON o.row = u.object_row
               WHERE u.object_row = ?1";
    let batch = match tx.one(sql, params![object.row.0], |row| row.get::<bool>(0))? {
        None => return Ok(Progress::Finished),
        Some(true) => put_back_batch(tx, object, fits)?,
        // It was deleted again, and what is set aside stays there.
        Some(false) => Progress::Finished,
    };
    if batch == Progress::Finished {
        tx.run("DELETE FROM unfinished_restorations WHERE object_row = ?1", params![object.row.0])?;
    }
    Ok(batch)
}

const RESTORATIONS: &str = concat!(first_of!("unfinished_restorations"), " ORDER BY u.object_row LIMIT 1");

impl Store {
    /// Does one batch of a restoration that was left unfinished, by whatever process, in whatever tenant.
    pub async fn finish_restorations(&self, fits: Fits) -> Result<Progress, Error> {
        self.write(move |tx| {
            let Some((tenant, object)) = unfinished(tx, RESTORATIONS)? else {
                return Ok(Progress::Finished);
            };
            finish(&tx.of(tenant)?, &object, fits)?;
            Ok(Progress::Unfinished)
        })
        .await
    }
}
