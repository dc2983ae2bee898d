//! `[carrier.NAME]` and `[carrier-group.NAME]`: what we do not own.

use crate::carrier::SharesSpec;
use crate::carrier::overload::OverloadSpec;
use crate::dist::DistSpec;
use crate::language::{Fields, Node, Placed, Problems, Rate, Read, Share, Whole, format};
use crate::service::QueueBounds;

/// Most carriers of one group.
const MOST_CARRIERS: u64 = 100_000;
/// Most submissions that may be unacknowledged at once.
const MOST_WINDOW: u64 = 1_000_000;
/// A window where only binds are given: the setting reported for kannel's max-pending-submits.
const USUAL_WINDOW: u64 = 10;
/// Most of all binds together.
const MOST_BINDS_TIMES_WINDOW: u64 = 1_000_000_000;

/// A carrier, or the template of a group.
#[derive(Debug)]
pub(in crate::scenario) struct CarrierSchema {
    pub(in crate::scenario) count: u32,
    pub(in crate::scenario) shares: Placed<SharesSpec>,
    pub(in crate::scenario) rate: Option<Placed<RateSchema>>,
    pub(in crate::scenario) burst: Option<u32>,
    pub(in crate::scenario) window: Option<u32>,
    pub(in crate::scenario) round_trip: Option<DistSpec>,
    pub(in crate::scenario) delivery: Option<DistSpec>,
    pub(in crate::scenario) overload: Option<OverloadSpec>,
    pub(in crate::scenario) pace: Option<Placed<f64>>,
    pub(in crate::scenario) silent_loss: f64,
    pub(in crate::scenario) queue: QueueBounds,
}

/// Whose rate it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum RateSchema {
    /// Each member's.
    Each(f64),
    /// All members' together, divided by their shares.
    Total(f64),
}

/// What a rate stands for, at its place.
fn of<T>(rate: Placed<Rate>, kind: impl Fn(f64) -> T) -> Placed<T> {
    Placed { value: kind(rate.value.per_s), place: rate.place }
}

impl CarrierSchema {
    /// A single carrier: without `count` and `shares`.
    pub(super) fn read_one(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let shares = Placed { value: SharesSpec::Equal, place: fields.place() };
        let rate = fields.optional::<Placed<Rate>>("rate", problems);
        let carrier = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        let rate = rate?.map(|rate| of(rate, RateSchema::Each));
        Self::checked(Self { count: 1, shares, rate, ..carrier? }, node, problems)
    }

    fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let shares = Placed { value: SharesSpec::Equal, place: fields.place() };
        let burst = fields.optional::<Whole<1, MOST_WINDOW>>("burst", problems);
        let binds = fields.optional::<Placed<Whole<1, MOST_WINDOW>>>("binds", problems);
        let window = fields.optional::<Whole<1, MOST_WINDOW>>("window", problems);
        let round_trip = fields.optional("round-trip", problems);
        let delivery = fields.optional("delivery", problems);
        let overload = fields.optional("overload", problems);
        let pace = fields.optional::<Placed<Rate>>("pace", problems);
        let silent_loss = fields.or("silent-loss", Share(0.0), problems);
        let queue = fields.or("queue", QueueBounds::default(), problems);
        let window = match (binds?, window?) {
            (None, window) => window.map(|window| window.0),
            (Some(binds), window) => {
                let window = window.map_or(USUAL_WINDOW, |window| window.0) * binds.value.0;
                if window > MOST_BINDS_TIMES_WINDOW {
                    let most = format::count(MOST_BINDS_TIMES_WINDOW);
                    let label = format!("binds × window come to more than {most}");
                    problems.add(binds.place, label);
                    return None;
                }
                Some(window)
            }
        };
        Some(Self {
            count: 1,
            shares,
            rate: None,
            burst: burst?.map(|burst| burst.0 as u32),
            window: window.map(|window| window as u32),
            round_trip: round_trip?,
            delivery: delivery?,
            overload: overload?,
            pace: pace?.map(|rate| of(rate, |per_s| per_s)),
            silent_loss: silent_loss?.0,
            queue: queue?,
        })
    }

    /// What can only be said of all keys together.
    fn checked(self, node: &Node, problems: &mut Problems) -> Option<Self> {
        let at = |key: &str| node.child(key).map_or(node.place, |child| child.place);
        if self.overload.is_some() && self.rate.is_none() {
            problems.add_with_hint(
                at("overload"),
                "`overload` says what happens above a rate, and there is no rate",
                "add, for example, `rate = \"100/s\"`",
            );
            return None;
        }
        if self.window.is_some() && self.round_trip.is_none() {
            let key = if node.child("window").is_some() { "window" } else { "binds" };
            problems.add_with_hint(
                at(key),
                "a window limits nothing without a round trip",
                "add, for example, `round-trip = \"100ms\"`",
            );
            return None;
        }
        if self.pace.is_some() && self.rate.is_some() && self.overload.is_none() {
            problems.add_with_hint(
                at("pace"),
                "without `overload` we keep to the carrier's rate anyway",
                "remove `pace`, or say with `overload` what the carrier does above its rate",
            );
            return None;
        }
        Some(self)
    }
}

/// A group made from a template.
impl Read for CarrierSchema {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::open(node, problems)?;
        let count = fields.required::<Whole<1, MOST_CARRIERS>>("count", problems);
        let place = fields.place();
        let shares = fields.or("shares", Placed { value: SharesSpec::Equal, place }, problems);
        let each = fields.optional::<Placed<Rate>>("rate", problems);
        let total = fields.optional::<Placed<Rate>>("total-rate", problems);
        let carrier = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        let rate = match (each?, total?) {
            (None, None) => None,
            (Some(rate), None) => Some(of(rate, RateSchema::Each)),
            (None, Some(rate)) => Some(of(rate, RateSchema::Total)),
            (Some(_), Some(rate)) => {
                problems.add_with_hint(
                    rate.place,
                    "`total-rate` beside `rate`",
                    "keep `rate`, which is each carrier's, or `total-rate`, which is divided by \
                     their shares",
                );
                return None;
            }
        };
        let shares = shares?;
        let count = count?.0 as u32;
        if let SharesSpec::Weights(weights) = &shares.value
            && weights.len() != count as usize
        {
            let label = format!("expected {count} weights, one a carrier, found {}", weights.len());
            problems.add(shares.place, label);
            return None;
        }
        Self::checked(Self { count, shares, rate, ..carrier? }, node, problems)
    }
}
