//! What a scenario says about a duration.
pub struct DistSpec;
