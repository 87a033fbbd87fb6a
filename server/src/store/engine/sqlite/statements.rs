//! Running statements, and their parameters.

use crate::store::{Error, engine::Value};
use rusqlite::{
    Connection, OptionalExtension, Row, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};
use std::ops::ControlFlow;

/// The row of a query that has one at most.
pub(in super::super) fn one<T>(
    connection: &Connection,
    sql: &str,
    parameters: &[Value<'_>],
    read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params_from_iter(parameters), |row| Ok(read(row))).optional()?.transpose()
}

/// Hands over the rows of a query, one after another, until it is told to stop.
pub(in super::super) fn each(
    connection: &Connection,
    sql: &str,
    parameters: &[Value<'_>],
    mut take: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        if take(row)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Runs a statement, and says how many rows it changed.
pub(in super::super) fn run(
    connection: &Connection,
    sql: &str,
    parameters: &[Value<'_>],
) -> Result<usize, Error> {
    Ok(connection.prepare_cached(sql)?.execute(params_from_iter(parameters))?)
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Number(number) => number.map(ValueRef::Integer),
            Self::Flag(flag) => flag.map(|flag| ValueRef::Integer(flag.into())),
            Self::Text(text) => text.map(|text| ValueRef::Text(text.as_bytes())),
            Self::Id(id) => id.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
            Self::Bytes(bytes) => Some(ValueRef::Blob(bytes)),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}
