//! Video rooms on nodes. A forwarding unit (SFU) sends everybody in a room to everybody else in
//! it, so that a room is on one node (LiveKit, benchmarks: "a room must fit on one node"), from its
//! first join until its last participant has left. It cannot be moved, however full the node gets.

use crate::carrier::Shares;
use crate::dist::Dist;

/// What holds rooms.
#[derive(Clone, Debug)]
pub struct RoomsPlan {
    /// Nodes, at least 1.
    pub nodes: u32,
    /// Participants that each has room for.
    pub capacity: u32,
    /// Rooms that people come to, at least 1.
    pub count: u32,
    /// Which of them a join is for.
    pub popularity: Shares,
    /// Where a room goes.
    pub placement: Placement,
    /// How long a participant stays.
    pub holding: Dist,
}

/// Which node a room goes to at its first join, of those that are not full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The one with the fewest participants, the first of several.
    LeastLoaded,
    /// The first.
    FirstFit,
    /// Any.
    Random,
}

/// A join that finds no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// Whether another node than the room's has one.
    pub elsewhere: bool,
}

/// Who is where, now.
#[derive(Clone, Debug)]
pub struct Rooms {
    capacity: u32,
    /// Participants, by node.
    nodes: Vec<u32>,
    /// Nodes that are not full.
    open: u32,
    /// By room: its node, and its participants; the node means nothing while there are none.
    rooms: Vec<(u32, u32)>,
    /// The most that one room had at once.
    largest: u32,
}

impl Rooms {
    /// All empty.
    pub fn new(plan: &RoomsPlan) -> Self {
        Self {
            capacity: plan.capacity,
            nodes: vec![0; plan.nodes as usize],
            open: plan.nodes,
            rooms: vec![(0, 0); plan.count as usize],
            largest: 0,
        }
    }

    /// The most that one room had at once so far.
    pub fn largest(&self) -> u32 {
        self.largest
    }

    /// One more joins `room`; the number below the one given, where chance decides, is `draw`'s.
    pub fn join(
        &mut self,
        room: u32,
        placement: Placement,
        draw: impl FnOnce(u32) -> u32,
    ) -> Result<(), Full> {
        let (node, size) = self.rooms[room as usize];
        let node = if size > 0 { node } else { self.place(placement, draw) };
        if self.nodes[node as usize] == self.capacity {
            return Err(Full { elsewhere: self.open > 0 });
        }
        self.nodes[node as usize] += 1;
        self.open -= u32::from(self.nodes[node as usize] == self.capacity);
        self.rooms[room as usize] = (node, size + 1);
        self.largest = self.largest.max(size + 1);
        Ok(())
    }

    /// One of those in `room` leaves.
    pub fn leave(&mut self, room: u32) {
        let (node, size) = &mut self.rooms[room as usize];
        *size -= 1;
        let load = &mut self.nodes[*node as usize];
        self.open += u32::from(*load == self.capacity);
        *load -= 1;
    }

    /// The node that a room goes to; a full one if all are.
    fn place(&self, placement: Placement, draw: impl FnOnce(u32) -> u32) -> u32 {
        let with_room = || (0..).zip(&self.nodes).filter(|(_, load)| **load < self.capacity);
        let chosen = match placement {
            Placement::LeastLoaded => with_room().min_by_key(|(_, load)| **load),
            Placement::FirstFit => with_room().next(),
            Placement::Random if self.open == 0 => None,
            Placement::Random => with_room().nth(draw(self.open) as usize),
        };
        chosen.map_or(0, |(node, _)| node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::SharesSpec;
    use crate::engine::SimDuration;
    use proptest::prelude::*;

    fn rooms(nodes: u32, capacity: u32) -> Rooms {
        Rooms::new(&RoomsPlan {
            nodes,
            capacity,
            count: 4,
            popularity: Shares::new(&SharesSpec::Equal, 4),
            placement: Placement::LeastLoaded,
            holding: Dist::Constant(SimDuration::from_millis(1)),
        })
    }

    #[test]
    fn a_room_stays_where_it_began() {
        let mut rooms = rooms(2, 2);
        let mut join = |room| rooms.join(room, Placement::LeastLoaded, |_| 0);
        assert_eq!((join(0), join(1)), (Ok(()), Ok(())));
        assert_eq!(join(0), Ok(()));
        // Its node is full, and the other has room for one.
        assert_eq!(join(0), Err(Full { elsewhere: true }));
        assert_eq!(join(2), Ok(()), "a new room goes where there is room");
        assert_eq!(join(3), Err(Full { elsewhere: false }));
        rooms.leave(1);
        assert_eq!(rooms.join(0, Placement::LeastLoaded, |_| 0), Err(Full { elsewhere: true }));
        rooms.leave(0);
        rooms.leave(0);
        // Empty, it begins anew, on the emptier node.
        assert_eq!(rooms.join(0, Placement::LeastLoaded, |_| 0), Ok(()));
        assert_eq!((rooms.nodes, rooms.largest), (vec![1, 1], 2));
    }

    #[test]
    fn placements() {
        let on = |placement, draw: u32| {
            let mut rooms = rooms(3, 3);
            for room in [0, 0, 0, 1] {
                let _ = rooms.join(room, Placement::FirstFit, |_| 0);
            }
            assert_eq!(rooms.nodes, [3, 1, 0]);
            let _ = rooms.join(2, placement, |below| {
                assert_eq!(below, 2, "two nodes are not full");
                draw
            });
            rooms.rooms[2].0
        };
        assert_eq!(on(Placement::FirstFit, 0), 1);
        assert_eq!(on(Placement::LeastLoaded, 0), 2);
        assert_eq!((on(Placement::Random, 0), on(Placement::Random, 1)), (1, 2));
    }

    proptest! {
        #[test]
        fn nobody_appears_or_vanishes(
            steps in prop::collection::vec((0u32..4, any::<bool>(), any::<u32>()), 0..200),
            placement in prop::sample::select(vec![
                Placement::LeastLoaded, Placement::FirstFit, Placement::Random,
            ]),
        ) {
            let mut rooms = rooms(3, 5);
            let mut sizes = [0u32; 4];
            for (room, joins, draw) in steps {
                let size = &mut sizes[room as usize];
                if joins {
                    let before = rooms.nodes.clone();
                    match rooms.join(room, placement, |below| draw % below) {
                        Ok(()) => *size += 1,
                        Err(Full { elsewhere }) => {
                            prop_assert_eq!(&before, &rooms.nodes);
                            prop_assert_eq!(elsewhere, before.iter().any(|load| *load < 5));
                            prop_assert!(*size > 0 || !elsewhere);
                        }
                    }
                } else if *size > 0 {
                    *size -= 1;
                    rooms.leave(room);
                }
                prop_assert!(rooms.nodes.iter().all(|load| *load <= 5));
                let open = rooms.nodes.iter().filter(|load| **load < 5).count();
                prop_assert_eq!(open, rooms.open as usize);
                for node in 0..3 {
                    let on = rooms.rooms.iter().filter(|(at, size)| *size > 0 && *at == node);
                    prop_assert_eq!(
                        on.map(|(_, size)| size).sum::<u32>(),
                        rooms.nodes[node as usize]
                    );
                }
            }
        }
    }
}
