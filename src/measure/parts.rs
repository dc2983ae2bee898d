//! The parts of a message's time: where it was, and what happened there.

/// What a message did for a part of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// It waited: at a service's door, for a worker, for a carrier to take it.
    Waiting,
    /// Its worker waited for a core.
    WaitingForCore,
    /// It was computed on.
    Work,
    /// It paused by plan, at a service or before a call of its client.
    Pause,
    /// It was submitted, and the carrier had not answered.
    RoundTrip,
    /// Its carrier held it.
    Held,
    /// It was on its way from the carrier to the recipient.
    Delivery,
    /// It had an attempt out that was given up, or overtaken by a copy sent later.
    GivenUp,
    /// It was on its way between callers and callees.
    Network,
    /// It paused before the next attempt.
    BackOff,
}

/// What may happen at a service, in the order of its parts.
const AT_SERVICE: [Doing; 5] =
    [Doing::Waiting, Doing::Work, Doing::WaitingForCore, Doing::Pause, Doing::GivenUp];
/// What may happen at a group of carriers.
const AT_GROUP: [Doing; 5] =
    [Doing::Waiting, Doing::RoundTrip, Doing::Held, Doing::Delivery, Doing::GivenUp];
/// What happens at no station.
const BETWEEN: [Doing; 3] = [Doing::Network, Doing::BackOff, Doing::Pause];

/// The parts that the time of a model's messages may have: places in a row of sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Services; the first stations are theirs.
    pub services: usize,
    /// Services and groups of carriers.
    pub stations: usize,
}

impl Doing {
    /// As tables and documents name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::WaitingForCore => "waiting-for-core",
            Self::Work => "work",
            Self::Pause => "pause",
            Self::RoundTrip => "round-trip",
            Self::Held => "held",
            Self::Delivery => "delivery",
            Self::GivenUp => "given-up",
            Self::Network => "network",
            Self::BackOff => "back-off",
        }
    }
}

impl Parts {
    /// How many there are.
    pub fn count(self) -> usize {
        self.stations * AT_SERVICE.len() + BETWEEN.len()
    }

    /// The place of what happens at a station.
    ///
    /// # Panics
    /// If no message can do this at any.
    #[inline]
    pub fn at(self, station: usize, doing: Doing) -> usize {
        let nth = match doing {
            Doing::Waiting => 0,
            Doing::Work | Doing::RoundTrip => 1,
            Doing::WaitingForCore | Doing::Held => 2,
            Doing::Pause | Doing::Delivery => 3,
            Doing::GivenUp => 4,
            Doing::Network | Doing::BackOff => unreachable!("this happens at no station"),
        };
        station * AT_SERVICE.len() + nth
    }

    /// The place of what happens at no station.
    ///
    /// # Panics
    /// If it does happen at one.
    #[inline]
    pub fn between(self, doing: Doing) -> usize {
        let nth = BETWEEN.iter().position(|other| *other == doing);
        self.stations * AT_SERVICE.len() + nth.expect("callers know what happens at no station")
    }

    /// The station, if it is one's, and what happens, at a place.
    pub fn part(self, place: usize) -> (Option<usize>, Doing) {
        let (station, nth) = (place / AT_SERVICE.len(), place % AT_SERVICE.len());
        if station >= self.stations {
            (None, BETWEEN[nth])
        } else if station < self.services {
            (Some(station), AT_SERVICE[nth])
        } else {
            (Some(station), AT_GROUP[nth])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: Parts = Parts { services: 2, stations: 3 };

    #[test]
    fn every_part_has_a_place_of_its_own() {
        let parts: Vec<(Option<usize>, Doing)> =
            (0..PARTS.count()).map(|place| PARTS.part(place)).collect();
        for (place, &(station, doing)) in parts.iter().enumerate() {
            let back = match station {
                Some(station) => PARTS.at(station, doing),
                None => PARTS.between(doing),
            };
            assert_eq!(back, place);
        }
        assert_eq!(parts[10], (Some(2), Doing::Waiting));
        assert_eq!(parts[11], (Some(2), Doing::RoundTrip));
        assert_eq!(parts[17], (None, Doing::Pause));
    }
}
