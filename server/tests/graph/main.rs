//! The real server on a real port, driven by the generated client wherever the contract allows, and by raw
//! HTTP where it doesn't. One server for all tests, one fresh tenant for each.

mod members;
mod support;
