//! Contention: a message's work holds up all other instances for a share of it.
//!
//! Something that only one may have at a time, such as a lock or a sequence, costs each of the
//! other N − 1 instances σ times the message's work: σ in Gunther's Universal Scalability Law
//! (see `all_pairs`), Amdahl's serial share. Alone it makes a plateau at 1/σ of one instance.

use crate::language::{Fields, Node, Problems, Read};

/// A share of each message's work that is done one at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contention {
    sigma: f64,
}

/// `{ sigma = 0.027 }`
impl Read for Contention {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let sigma = super::share_of_work(&mut fields, "sigma", problems);
        fields.finish(problems);
        sigma.map(|sigma| Self { sigma })
    }
}

impl Contention {
    /// What a message costs each other instance, for each nanosecond of its own work.
    pub(super) fn per_work(&self) -> f64 {
        self.sigma
    }
}
