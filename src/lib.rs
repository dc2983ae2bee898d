//! Will this plan carry the load?
pub mod engine;
pub mod language;
pub mod dist;
pub mod traffic;
