//! members_listing
