//! Objects of every kind: their keys, what rules read of them, and their documents.

pub use super::numbers::RowNumber;

use super::{
    Error, ReadTx, WriteTx,
    engine::{Row, Value, params},
    names::{self, UNIQUE_NAMES},
    numbers,
    rows::Rows,
};
use crate::{
    model::{
        ENTITIES, entity,
        ids::ObjectId,
        kinds::{GroupTraits, ObjectKind, ObjectTraits},
        values::{Document, Values},
    },
    odata::listing::{Cursor, Listing},
};
use std::ops::ControlFlow;

/// An object as rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// Its number in the store.
    pub row: RowNumber,
    /// Its id.
    pub id: ObjectId,
    /// Its kind, and what else rules know of one of that kind.
    pub traits: ObjectTraits,
    /// Whether it is a user who is a guest.
    pub is_guest: bool,
    /// Whether the count of its members is kept.
    pub(super) members_counted: bool,
}

impl Object {
    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        self.traits.kind()
    }
}

/// An object that is to be stored.
#[derive(Debug, Clone)]
pub struct NewObject {
    /// Its id.
    pub id: ObjectId,
    /// Its kind, and what else rules know of one of that kind.
    pub traits: ObjectTraits,
    /// Its values.
    pub values: Values,
}

/// `SELECT` of the columns that [`read`] reads, in its order, and what follows.
macro_rules! select_objects {
    ($($rest:tt)*) => {
        concat!(
            "SELECT o.row, o.id, o.kind, o.group_kind, o.is_dynamic, o.role_assignable, o.hidden_membership,
             o.members_counted, o.is_guest",
            $($rest)*
        )
    };
}
pub(super) use select_objects;

/// Where objects are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// In the directory itself.
    Directory,
    /// Among the deleted items, from where they can be restored.
    DeletedItems,
}

/// A statement on objects `o` of a container: what stands before the condition that they are in it, and what follows.
macro_rules! in_container {
    ($container:expr, $before:expr, $after:expr) => {
        match $container {
            Container::Directory => concat!($before, " o.deleted_at IS NULL ", $after),
            Container::DeletedItems => {
                concat!($before, " o.deleted_at IS NOT NULL AND o.purged_at IS NULL ", $after)
            }
        }
    };
}
pub(super) use in_container;

/// The first column after those that [`read`] reads.
pub(super) const NEXT_COLUMN: usize = 9;

/// Reads an object off the first columns of a row.
pub(super) fn read(row: &Row<'_>) -> Result<Object, Error> {
    let group = row.get::<Option<i64>>(3)?.map(|kind| -> Result<_, Error> {
        Ok(GroupTraits {
            kind: numbers::group_kind(kind)?,
            dynamic: row.get(4)?,
            role_assignable: row.get(5)?,
            hidden_membership: row.get(6)?,
        })
    });
    let hidden_membership = row.get::<Option<bool>>(6)? == Some(true);
    let traits = ObjectTraits::of(numbers::kind(row.get(2)?)?, group.transpose()?, hidden_membership);
    Ok(Object {
        row: RowNumber(row.get(0)?),
        id: ObjectId::from_uuid(row.get(1)?),
        traits: traits.ok_or(Error::Corrupt("a group without traits, or another object with them"))?,
        members_counted: row.get(7)?,
        is_guest: row.get(8)?,
    })
}

/// How many bytes of documents a page has at most, its last object aside.
pub const MAX_PAGE_BYTES: usize = 4 << 20;

/// Objects that stand next to each other in a listing, with their documents.
#[derive(Debug)]
pub struct Page {
    /// The objects, in the order of the listing.
    pub objects: Vec<(Object, Document)>,
    /// After which object the next page begins. `None`: this is the last.
    pub next: Option<Cursor>,
    /// Where a page would begin after each of them.
    cursors: Vec<Cursor>,
}

impl Page {
    /// Leaves only so many objects: the next page begins after them.
    pub fn cut(&mut self, length: usize) {
        if length < self.objects.len() {
            self.objects.truncate(length);
            self.cursors.truncate(length);
            self.next = self.cursors.last().cloned();
        }
    }
}

/// Reads a page of a listing, and fewer objects where they are large. The query takes these parameters first, then after which
/// row, the number of the only kind (or null), whether the rest of documents is read, and how many rows.
pub(super) fn read_page(
    tx: &ReadTx<'_>,
    sql: &str,
    parameters: &[Value<'_>],
    listing: &Listing,
) -> Result<Page, Error> {
    let Listing { kind, after, limit, .. } = listing;
    // One more tells whether another page follows.
    let rows = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let of_listing = params![after.row(), kind.map(numbers::of_kind), needs_rest(listing), rows];
    let parameters = [parameters, of_listing].concat();
    let mut page = UnfinishedPage::of(*limit);
    tx.each(sql, &parameters, |row| {
        let (object, document) = read_with_document(row)?;
        page.take(tx, Cursor::Row(object.row.0), (object, document))
    })?;
    Ok(page.page)
}

/// Reads a page of these objects, which are handed over in the order of the listing until it is full. Of those that are deleted,
/// or of another kind than the listing asks for, it has none.
pub(super) fn read_page_of(
    tx: &ReadTx<'_>,
    listing: &Listing,
    hand_over: impl FnOnce(&mut dyn FnMut(RowNumber) -> Result<ControlFlow<()>, Error>) -> Result<(), Error>,
) -> Result<Page, Error> {
    let sql = select_objects!(
        ", o.document, CASE WHEN ?3 THEN o.rest END FROM objects o
         WHERE o.row = ?1 AND (?2 IS NULL OR o.kind = ?2) AND o.deleted_at IS NULL"
    );
    let (kind, with_rest) = (listing.kind.map(numbers::of_kind), needs_rest(listing));
    let mut page = UnfinishedPage::of(listing.limit);
    hand_over(&mut |row| match tx.one(sql, params![row.0, kind, with_rest], read_with_document)? {
        Some(found) => page.take(tx, Cursor::Row(row.0), found),
        None => Ok(ControlFlow::Continue(())),
    })?;
    Ok(page.page)
}

/// Whether a page has the rest of documents.
fn needs_rest(listing: &Listing) -> bool {
    match listing.kind {
        Some(kind) => listing.needs_rest(&[entity(kind)]),
        None => listing.needs_rest(&ENTITIES),
    }
}

/// A page of these objects, which stand there with their cursors in the order of the listing. What isn't there any more, such as a
/// row of another snapshot, is left out.
pub(super) fn page_of(
    tx: &ReadTx<'_>,
    container: Container,
    rows: impl IntoIterator<Item = (Cursor, RowNumber)>,
    with_rest: bool,
    limit: usize,
) -> Result<Page, Error> {
    let sql = in_container!(
        container,
        select_objects!(", o.document, CASE WHEN ?2 THEN o.rest END FROM objects o WHERE o.row = ?1 AND"),
        ""
    );
    let mut page = UnfinishedPage::of(limit);
    for (cursor, row) in rows {
        let Some(found) = tx.one(sql, params![row.0, with_rest], read_with_document)? else { continue };
        if page.take(tx, cursor, found)?.is_break() {
            break;
        }
    }
    Ok(page.page)
}

/// A page into which objects are put until it is full.
struct UnfinishedPage {
    page: Page,
    limit: usize,
    size: usize,
}

impl UnfinishedPage {
    fn of(limit: usize) -> Self {
        Self { page: Page { objects: Vec::new(), next: None, cursors: Vec::new() }, limit, size: 0 }
    }

    /// Puts one more object into it. Where it is full, the next page begins with that object.
    fn take(
        &mut self,
        tx: &ReadTx<'_>,
        cursor: Cursor,
        found: (Object, Document),
    ) -> Result<ControlFlow<()>, Error> {
        if self.page.objects.len() == self.limit || self.size > MAX_PAGE_BYTES {
            self.page.next = self.page.cursors.last().cloned();
            return Ok(ControlFlow::Break(()));
        }
        self.size += found.1.size();
        tx.check_read(self.size)?;
        self.page.objects.push(found);
        self.page.cursors.push(cursor);
        Ok(ControlFlow::Continue(()))
    }
}

/// The object with this id, unless it is deleted.
pub fn find(tx: &ReadTx<'_>, id: ObjectId) -> Result<Option<Object>, Error> {
    let sql = select_objects!(" FROM objects o WHERE o.tenant = ?1 AND o.id = ?2 AND o.deleted_at IS NULL");
    tx.one(sql, params![tx.tenant().number, id.uuid()], read)
}

/// The objects of a kind with these ids.
pub(super) fn rows(tx: &ReadTx<'_>, kind: ObjectKind, ids: &[ObjectId]) -> Result<Rows, Error> {
    let sql = "SELECT row FROM objects WHERE tenant = ?1 AND id = ?2 AND kind = ?3 AND deleted_at IS NULL";
    let mut found = Rows::default();
    for id in ids {
        let parameters = params![tx.tenant().number, id.uuid(), numbers::of_kind(kind)];
        found.extend(tx.one(sql, parameters, |row| Ok(RowNumber(row.get(0)?)))?);
    }
    Ok(found)
}

/// The object with this id and its documents, unless it is deleted.
pub fn find_with_document(tx: &ReadTx<'_>, id: ObjectId) -> Result<Option<(Object, Document)>, Error> {
    let sql = select_objects!(
        ", o.document, o.rest FROM objects o WHERE o.tenant = ?1 AND o.id = ?2 AND o.deleted_at IS NULL"
    );
    tx.one(sql, params![tx.tenant().number, id.uuid()], read_with_document)
}

/// Reads an object and its documents, which stand after its columns.
pub(super) fn read_with_document(row: &Row<'_>) -> Result<(Object, Document), Error> {
    let document = Document { default: row.get(NEXT_COLUMN)?, rest: row.get(NEXT_COLUMN + 1)? };
    Ok((read(row)?, document))
}

/// An object's documents.
pub fn document(tx: &ReadTx<'_>, row: RowNumber) -> Result<Document, Error> {
    let found = tx.one("SELECT document, rest FROM objects WHERE row = ?1", params![row.0], |row| {
        Ok(Document { default: row.get(0)?, rest: row.get(1)? })
    })?;
    found.ok_or(Error::Corrupt("an object without a document"))
}

/// An object's values.
pub fn values(tx: &ReadTx<'_>, row: RowNumber) -> Result<Values, Error> {
    values_of(&document(tx, row)?)
}

/// The values that an object's documents hold.
pub fn values_of(document: &Document) -> Result<Values, Error> {
    document.values().ok_or(Error::Corrupt("an object whose documents can't be read"))
}

/// A page of the objects of a kind, whatever kind the listing asks for.
pub fn page(tx: &ReadTx<'_>, kind: ObjectKind, listing: &Listing) -> Result<Page, Error> {
    page_in(tx, Container::Directory, kind, listing)
}

pub(super) fn page_in(
    tx: &ReadTx<'_>,
    container: Container,
    kind: ObjectKind,
    listing: &Listing,
) -> Result<Page, Error> {
    let sql = in_container!(
        container,
        select_objects!(
            ", o.document, CASE WHEN ?4 THEN o.rest END FROM objects o
             WHERE o.tenant = ?1 AND o.kind = ?3 AND o.row > ?2 AND"
        ),
        "ORDER BY o.row LIMIT ?5"
    );
    read_page(tx, sql, params![tx.tenant().number], &Listing { kind: Some(kind), ..listing.clone() })
}

/// The objects with these ids that are of one of these kinds, unless they are deleted, in the order of the ids.
pub fn by_ids<'i>(
    tx: &ReadTx<'_>,
    ids: impl IntoIterator<Item = &'i ObjectId>,
    kinds: &[ObjectKind],
    listing: &Listing,
) -> Result<Page, Error> {
    let sql = select_objects!(
        ", o.document, CASE WHEN ?3 THEN o.rest END FROM objects o
         WHERE o.tenant = ?1 AND o.id = ?2 AND o.deleted_at IS NULL"
    );
    let (tenant, with_rest) = (tx.tenant().number, needs_rest(listing));
    let mut page = UnfinishedPage::of(listing.limit);
    for id in ids {
        let found = tx.one(sql, params![tenant, id.uuid(), with_rest], read_with_document)?;
        let Some(found) = found.filter(|(object, _)| kinds.contains(&object.kind())) else { continue };
        if page.take(tx, Cursor::Row(found.0.row.0), found)?.is_break() {
            break;
        }
    }
    Ok(page.page)
}

/// Stores a new object, and gives its documents.
pub fn insert(tx: &WriteTx<'_>, new: &NewObject) -> Result<(Object, Document), Error> {
    tx.check_room()?;
    let (kind, group) = (new.traits.kind(), new.traits.group());
    let account_enabled = account_enabled(&new.values);
    if account_enabled == Some(false) {
        tx.mark_principals_changed();
    }
    let document = entity(kind).document(&new.values);
    let [user_principal_name, mail_nickname, unique_name, app_id, device_id, role_template_id] =
        UNIQUE_NAMES.map(|name| name.key(kind, &new.values));
    let row = tx.insert(
        "INSERT INTO objects (tenant, id, kind, group_kind, is_dynamic, role_assignable, hidden_membership, document, rest,
                              user_principal_name, mail_nickname, unique_name, app_id, device_id, role_template_id,
                              account_enabled, is_guest)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) RETURNING row",
        params![
            tx.tenant().number,
            new.id.uuid(),
            numbers::of_kind(kind),
            group.map(|group| numbers::of_group_kind(group.kind)),
            group.map(|group| group.dynamic),
            group.map(|group| group.role_assignable),
            new.traits.hidden_membership(),
            &document.default,
            document.rest.as_deref(),
            user_principal_name.as_deref(),
            mail_nickname.as_deref(),
            unique_name.as_deref(),
            app_id.as_deref(),
            device_id.as_deref(),
            role_template_id.as_deref(),
            account_enabled,
            is_guest(&new.values),
        ],
    )?;
    tx.count_objects(kind, 1);
    let object = Object {
        row: RowNumber(row),
        id: new.id,
        traits: new.traits,
        is_guest: is_guest(&new.values),
        members_counted: false,
    };
    Ok((object, document))
}

/// Stores other values of an object, of which these changed, and what rules know of one that has members; gives its documents. The indexes of unique names are touched by other names only.
pub fn update(
    tx: &WriteTx<'_>,
    object: &Object,
    values: &Values,
    changed: &[&'static str],
) -> Result<Document, Error> {
    tx.check_room()?;
    if changed.contains(&"accountEnabled") {
        tx.mark_principals_changed();
    }
    let document = entity(object.kind()).document(values);
    let dynamic = object.traits.group().map(|group| group.dynamic);
    tx.run(
        "UPDATE objects SET document = ?2, rest = ?3, is_dynamic = ?4, account_enabled = ?5, is_guest = ?6,
         hidden_membership = ?7 WHERE row = ?1",
        params![
            object.row.0,
            &document.default,
            document.rest.as_deref(),
            dynamic,
            account_enabled(values),
            is_guest(values),
            object.traits.hidden_membership(),
        ],
    )?;
    names::update(tx, object.row.0, object.kind(), values, changed)?;
    Ok(document)
}

/// Whether the account is enabled. `None`: its kind has no such property.
fn account_enabled(values: &Values) -> Option<bool> {
    values.get("accountEnabled")?.as_bool()
}

/// Whether it is a user who is a guest.
fn is_guest(values: &Values) -> bool {
    values.get("userType").is_some_and(|kind| kind == "Guest")
}
