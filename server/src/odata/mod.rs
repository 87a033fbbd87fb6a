//! OData's texts: query options, resource paths, references to objects, paging tokens, batches. Text in, checked values out. Pure:
//! nothing here knows HTTP, SQL or a rule of the directory.

pub mod annotations;
pub mod batch;
pub mod binding;
pub mod expand;
pub mod faults;
pub mod filter;
pub mod lexer;
pub mod listing;
pub mod orderby;
pub mod page_token;
pub mod path;
pub mod query;
pub mod reference;
pub mod scan;
pub mod scope;
pub mod search;
