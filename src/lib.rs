//! Will this plan carry the load?
pub mod engine;
pub mod dist;
