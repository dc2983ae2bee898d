//! The least loaded of `d` instances drawn at random without replacement (Mitzenmacher 2001);
//! of equals, the one drawn first, which is a tie broken at random.

use super::Question;
use crate::language::{Choice, Fields, Problems, Whole};
use crate::service::shuffle::draw_another;

/// Most draws that are compared; more would be a scan, which `least-loaded` does better.
const MOST_CHOICES: u64 = 16;

/// How many instances are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerOfChoices {
    choices: u32,
}

impl Default for PowerOfChoices {
    /// Two: the choice of Envoy's least-request and Finagle's p2c balancers.
    fn default() -> Self {
        Self { choices: 2 }
    }
}

impl PowerOfChoices {
    pub(super) fn read(choice: &Choice<'_>, problems: &mut Problems) -> Option<Self> {
        let Some(body) = choice.body else { return Some(Self::default()) };
        let mut fields = Fields::open(body, problems)?;
        let choices = fields.or("choices", Whole::<1, MOST_CHOICES>(2), problems);
        fields.finish(problems);
        Some(Self { choices: choices?.0 as u32 })
    }

    pub(super) fn pick(&mut self, mut question: Question<'_>) -> u32 {
        let instances = question.loads.len();
        let mut drawn = [0; MOST_CHOICES as usize];
        let count = self.choices.min(instances) as usize;
        let mut best = 0;
        for taken in 0..count {
            let instance = draw_another(&mut question.draws, instances, &mut drawn, taken);
            if taken == 0 || question.loads.of(instance) < question.loads.of(best) {
                best = instance;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Key, Luck, Purpose};
    use crate::service::Loads;

    fn pick(choices: u32, loads: &Loads, number: u64) -> u32 {
        let luck = Luck::of_message(Key::new(1, 0, "m"), number);
        let draws = luck.draws(Purpose::from(Key::new(1, 0, "pick")));
        PowerOfChoices { choices }.pick(Question { loads, draws })
    }

    #[test]
    fn as_many_choices_as_instances_always_find_the_least_loaded() {
        let mut loads = Loads::new(5);
        (0..5).filter(|&i| i != 3).for_each(|i| loads.add(i));
        assert!((0..200).all(|number| pick(5, &loads, number) == 3));
        assert!((0..200).all(|number| pick(16, &loads, number) == 3));
    }

    #[test]
    fn two_choices_avoid_the_one_loaded_instance_unless_it_is_drawn_twice_which_it_cannot_be() {
        let mut loads = Loads::new(4);
        loads.add(2);
        assert!((0..500).all(|number| pick(2, &loads, number) != 2));
    }

    #[test]
    fn equals_are_chosen_evenly() {
        let loads = Loads::new(4);
        let mut seen = [0u32; 4];
        (0..40_000).for_each(|number| seen[pick(2, &loads, number) as usize] += 1);
        // χ² with 3 degrees of freedom: 21.1 is its 99.99 % point.
        let chi: f64 = seen.iter().map(|&n| f64::from(n) - 1e4).map(|off| off * off / 1e4).sum();
        assert!(chi < 21.1, "{seen:?}");
    }
}
