//! Will this plan carry the load?
pub mod dist;
pub mod engine;
pub mod language;
pub mod traffic;
