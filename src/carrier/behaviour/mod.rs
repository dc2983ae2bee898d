//! Family: how does a carrier treat a message that is submitted to it, whatever the load?
//!
//! A behaviour is asked about every submission while it is in force. It knows when that is, how
//! long the message has been trying, and the message's own draws; it answers with a [`Verdict`],
//! and remembers nothing.
//!
//! To add one: one file here, and one line in the table at the end of the `family!` below.

mod absent;
mod brown_out;
mod greylist;
mod hold;
mod outage;
mod permanent_error;
mod silent_loss;
mod suspension;
mod temporary_error;
mod unclean_error;

use super::during::{During, DuringSpec};
use super::regime::RegimeSpec;
use super::{Submission, Verdict};
use crate::dist::Files;
use crate::engine::Draws;
use crate::engine::random::uniform;
use crate::language::{
    Choice, Entry, Fields, Node, Place, Placed, Problems, Read, RunClock, Share,
};

/// What a behaviour is resolved by, beside what is written of it.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it borrows a function that reads files")]
pub struct Surroundings<'a> {
    /// The run's clock.
    pub clock: &'a RunClock,
    /// Files of measured durations.
    pub files: &'a Files<'a>,
    /// All regimes, in name order.
    pub regimes: &'a [(Placed<String>, Option<RegimeSpec>)],
}

/// What each behaviour is made of.
trait Behaves: Sized {
    /// Itself as written; `Self` where nothing is left to find out.
    type Written;
    /// Whether it makes no sense all the time.
    const HAS_AN_END: bool = false;
    /// Reads its own keys.
    fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self::Written>;
    /// Makes it of what was written.
    fn resolve(
        written: &Self::Written,
        with: &Surroundings<'_>,
        problems: &mut Problems,
    ) -> Option<Self>;
    /// What becomes of a submission; [`Verdict::Accept`] where it has nothing to say.
    fn on_submission(&self, of: &Submission) -> Verdict;
    /// Whether it depends on chance.
    fn is_random(&self) -> bool;
    /// Whether a submission may get no answer from it.
    fn may_be_silent(&self) -> bool {
        false
    }
}

/// Makes of a table of behaviours the closed set of them, with static dispatch.
macro_rules! family {
    ($($name:literal => $behaviour:ident in $file:ident;)+) => {
        /// What a carrier does.
        #[derive(Clone, Debug, PartialEq)]
        enum Kind {
            $($behaviour($file::$behaviour),)+
        }

        /// What a carrier does, as written.
        #[derive(Clone, Debug)]
        enum KindSpec {
            $($behaviour(<$file::$behaviour as Behaves>::Written),)+
        }

        /// All names.
        const NAMES: &[&str] = &[$($name),+];

        impl Kind {
            fn on_submission(&self, of: &Submission) -> Verdict {
                match self {
                    $(Self::$behaviour(behaviour) => behaviour.on_submission(of),)+
                }
            }

            fn is_random(&self) -> bool {
                match self {
                    $(Self::$behaviour(behaviour) => behaviour.is_random(),)+
                }
            }

            fn may_be_silent(&self) -> bool {
                match self {
                    $(Self::$behaviour(behaviour) => behaviour.may_be_silent(),)+
                }
            }

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$behaviour(_) => $name,)+
                }
            }
        }

        impl KindSpec {
            fn has_an_end(&self) -> bool {
                match self {
                    $(Self::$behaviour(_) => <$file::$behaviour as Behaves>::HAS_AN_END,)+
                }
            }

            fn read(
                name: &str,
                fields: &mut Fields<'_>,
                problems: &mut Problems,
            ) -> Option<Self> {
                match name {
                    $($name => {
                        <$file::$behaviour as Behaves>::read(fields, problems)
                            .map(Self::$behaviour)
                    })+
                    _ => unreachable!("the choice is one of those allowed"),
                }
            }

            fn resolve(
                &self,
                with: &Surroundings<'_>,
                problems: &mut Problems,
            ) -> Option<Kind> {
                match self {
                    $(Self::$behaviour(written) => {
                        <$file::$behaviour as Behaves>::resolve(written, with, problems)
                            .map(Kind::$behaviour)
                    })+
                }
            }
        }
    };
}

family! {
    "permanent-error" => PermanentError in permanent_error;
    "temporary-error" => TemporaryError in temporary_error;
    "unclean-error" => UncleanError in unclean_error;
    "silent-loss" => SilentLoss in silent_loss;
    "hold" => Hold in hold;
    "outage" => Outage in outage;
    "suspension" => Suspension in suspension;
    "brown-out" => BrownOut in brown_out;
    "greylist" => Greylist in greylist;
    "absent-subscriber" => AbsentSubscriber in absent;
}

/// A behaviour, and when it is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// When.
    pub during: During,
    kind: Kind,
}

impl Behaviour {
    /// What becomes of a submission while it is in force.
    #[inline]
    pub fn on_submission(&self, of: &Submission) -> Verdict {
        self.kind.on_submission(of)
    }

    /// As a scenario names it.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether it depends on chance, its regime's apart.
    pub fn is_random(&self) -> bool {
        self.kind.is_random()
    }

    /// Whether a submission may get no answer from it.
    pub fn may_be_silent(&self) -> bool {
        self.kind.may_be_silent()
    }
}

/// A behaviour as written.
#[derive(Clone, Debug)]
pub struct BehaviourSpec {
    kind: KindSpec,
    during: DuringSpec,
    /// Where its name stands.
    pub place: Place,
}

impl BehaviourSpec {
    /// The behaviour in a run.
    pub fn resolve(&self, with: &Surroundings<'_>, problems: &mut Problems) -> Option<Behaviour> {
        let during = self.during.resolve(with.clock, with.regimes, problems);
        let kind = self.kind.resolve(with, problems);
        Some(Behaviour { during: during?, kind: kind? })
    }
}

impl Read for BehaviourSpec {
    const EXAMPLE: &'static str = "{ permanent-error = { share = \"2%\" } }";

    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::read(node, NAMES, problems)?;
        let empty = Node::new(Vec::<Entry>::new(), choice.place);
        let mut fields = Fields::open(choice.body.unwrap_or(&empty), problems)?;
        let kind = KindSpec::read(choice.name, &mut fields, problems);
        let during = fields.or("during", DuringSpec::default(), problems);
        let has_during = choice.body.is_some_and(|body| body.child("during").is_some());
        fields.finish(problems);
        let kind = kind?;
        if kind.has_an_end() && !has_during {
            problems.add_with_hint(
                choice.place,
                format!("missing key `during`: when is this `{}`?", choice.name),
                format!("add, for example, `during = {}`", DuringSpec::EXAMPLE),
            );
            return None;
        }
        Some(Self { kind, during: during?, place: choice.place })
    }
}

/// The share of messages that a behaviour is about: all of them, where nothing is written.
fn share(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<f64> {
    fields.or("share", Share(1.0), problems).map(|share| share.0)
}

/// Whether one of these is hit.
fn is_hit(share: f64, draws: &Draws) -> bool {
    share >= 1.0 || (share > 0.0 && uniform(&mut draws.clone()) < share)
}

/// Whether a share leaves anything to chance.
fn is_chance(share: f64) -> bool {
    share > 0.0 && share < 1.0
}
