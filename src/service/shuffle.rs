//! Shuffle sharding: each sender has a hand of cells, and few others have just that hand.
//!
//! Where a sender has one of `N` cells, a sender that fills its cell takes all others there along,
//! one in `N`. With a hand of `k` cells each, drawn by the sender's own luck, only one other in
//! C(N, k) shares the whole hand; one in 1/(1 − C(N − k, k)/C(N, k)) shares some of it, and has the
//! rest to go to (C. MacCárthaigh, Workload isolation using shuffle-sharding, Amazon Builders'
//! Library, where the `N` are workers: cells of one instance).

use crate::engine::Draws;
use crate::engine::random::below;
use crate::language::{Choice, Fields, Node, Problems, Read, Whole};

/// Largest hand: it is drawn anew for each message.
const MOST_HAND: u64 = 64;

/// How many cells a sender has, and which of them a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShuffleSharding {
    /// Cells of one sender, at least 1.
    pub hand: u32,
    /// Which of them a message goes to.
    pub choice: HandChoice,
}

/// Which cell of its sender's hand a message goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandChoice {
    /// The one with the fewest messages; of equals, one drawn at random.
    #[default]
    LeastLoaded,
    /// Any, drawn at random.
    Random,
}

/// `{ hand = 2, choice = "random" }`
impl Read for ShuffleSharding {
    const EXAMPLE: &'static str = "{ hand = 2 }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let hand = fields.required_like::<Whole<1, MOST_HAND>>("hand", "2", problems);
        let choice = fields.or("choice", HandChoice::default(), problems);
        fields.finish(problems);
        Some(Self { hand: hand?.0 as u32, choice: choice? })
    }
}

impl Read for HandChoice {
    const EXAMPLE: &'static str = "\"least-loaded\"";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, &["least-loaded", "random"], problems)?;
        choice.without_settings(problems)?;
        Some(match choice.name {
            "random" => Self::Random,
            _ => Self::LeastLoaded,
        })
    }
}

impl ShuffleSharding {
    /// The one of `cells`, at least as many as a hand has, that a message goes to: the hand is drawn
    /// from the `sender`'s numbers, the cell from the `message`'s. `load` tells how many messages a
    /// cell holds.
    pub fn cell(
        &self,
        cells: u32,
        mut sender: Draws,
        mut message: Draws,
        load: impl Fn(u32) -> u32,
    ) -> u32 {
        let mut drawn = [0; MOST_HAND as usize];
        for taken in 0..self.hand as usize {
            draw_another(&mut sender, cells, &mut drawn, taken);
        }
        let hand = &drawn[..self.hand as usize];
        match self.choice {
            HandChoice::Random => hand[below(&mut message, self.hand) as usize],
            HandChoice::LeastLoaded => {
                let least = hand.iter().map(|&cell| load(cell)).min();
                let equal = || hand.iter().filter(|&&cell| Some(load(cell)) == least);
                let nth = below(&mut message, equal().count() as u32);
                *equal().nth(nth as usize).expect("as many were counted")
            }
        }
    }
}

/// One of the numbers below `of` that are not among the first `taken` of `drawn`, all equally
/// likely; it is put among those, which stand in order.
#[inline]
pub(in crate::service) fn draw_another(
    draws: &mut Draws,
    of: u32,
    drawn: &mut [u32],
    taken: usize,
) -> u32 {
    // Its rank among those not yet drawn: each that was drawn at or below it shifts it by one.
    let mut number = below(draws, of - taken as u32);
    let mut at = 0;
    while at < taken && drawn[at] <= number {
        number += 1;
        at += 1;
    }
    drawn.copy_within(at..taken, at + 1);
    drawn[at] = number;
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Key, Luck, Purpose};

    const N: u32 = 8;

    fn draws(name: &str, number: u64) -> Draws {
        let purpose = Purpose::from(Key::new(1, 0, name));
        Luck::of_message(Key::new(1, 0, "who"), number).draws(purpose)
    }

    /// All cells that the messages of a sender go to, as bits.
    fn hand(sharding: ShuffleSharding, sender: u64) -> u32 {
        (0..60).fold(0, |seen, message| {
            let draws = (draws("hand", sender), draws("message", message));
            seen | 1 << sharding.cell(N, draws.0, draws.1, |_| 0)
        })
    }

    #[test]
    fn hands_are_distinct_cells_and_overlap_as_often_as_theory_says() {
        const SENDERS: u64 = 4_000;
        let sharding = ShuffleSharding { hand: 2, choice: HandChoice::Random };
        let first = hand(sharding, 0);
        let (mut whole, mut some) = (0.0, 0.0);
        for sender in 1..=SENDERS {
            let other = hand(sharding, sender);
            assert_eq!(other.count_ones(), 2);
            whole += f64::from(u8::from(other == first));
            some += f64::from(u8::from(other & first != 0));
        }
        // C(8, 2) = 28 hands, of which C(6, 2) = 15 share nothing with one.
        for (found, share) in [(whole, 1.0 / 28.0), (some, 13.0 / 28.0)] {
            let count = SENDERS as f64;
            let error = 5.0 * (count * share * (1.0 - share)).sqrt();
            assert!((found - count * share).abs() < error, "{found} of {count}, {share}");
        }
    }

    #[test]
    fn the_least_loaded_of_the_hand_is_chosen_and_of_equals_any() {
        let sharding = ShuffleSharding { hand: 3, choice: HandChoice::LeastLoaded };
        let all = hand(sharding, 5);
        assert_eq!(all.count_ones(), 3);
        let fullest = all.trailing_zeros();
        let chosen = (0..60).fold(0, |seen, message| {
            let load = |cell| u32::from(cell == fullest);
            seen | 1 << sharding.cell(N, draws("hand", 5), draws("message", message), load)
        });
        assert_eq!(chosen, all & !(1 << fullest));
    }

    #[test]
    fn a_hand_of_one_is_the_cell_of_a_sender() {
        for choice in [HandChoice::LeastLoaded, HandChoice::Random] {
            let sharding = ShuffleSharding { hand: 1, choice };
            for sender in 0..50 {
                let cell = sharding.cell(N, draws("hand", sender), draws("message", 1), |_| 0);
                assert_eq!(cell, below(&mut draws("hand", sender), N));
            }
        }
    }
}
