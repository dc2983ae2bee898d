//! All pairs: for each message, each pair of instances exchanges something.
//!
//! A message makes each of the N·(N − 1) ordered pairs exchange once, and an exchange costs κ
//! times the message's own work, half of it at either end: every instance pays κ·(N − 1) times
//! that work. This is coherency in Gunther's Universal Scalability Law (N. J. Gunther, Guerrilla
//! Capacity Planning, 2007, chapter 4): more instances than √((1 − σ)/κ) carry less than fewer do.

use crate::language::{Fields, Node, Problems, Read};

/// Exchanges between all pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AllPairs {
    kappa: f64,
}

/// `{ kappa = 7.69e-4 }`
impl Read for AllPairs {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let kappa = super::share_of_work(&mut fields, "kappa", problems);
        fields.finish(problems);
        kappa.map(|kappa| Self { kappa })
    }
}

impl AllPairs {
    /// What a message costs every instance that has `peers`, for each nanosecond of its own work.
    pub(super) fn per_work(&self, peers: f64) -> f64 {
        self.kappa * peers
    }
}
