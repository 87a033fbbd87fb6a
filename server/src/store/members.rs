//! Memberships.

use super::pairs::{Pairs, pairs};

/// Who is in which group.
pub static MEMBERS: Pairs = pairs!("memberships", "member_row", are_members: true);
