//! What a run tells the people who asked.
pub mod chart;
