//! How many messages each instance of a service holds, kept in order of load.

/// Messages waiting or in service at each instance, with the instances sorted by that number.
///
/// A change of one unit moves one instance past the boundary of its group of equals, so it costs
/// the same at ten instances as at a hundred thousand.
#[derive(Clone, Debug)]
pub struct Loads {
    load: Vec<u32>,
    /// Instances, the least loaded first.
    order: Vec<u32>,
    /// Where each instance stands in `order`.
    position: Vec<u32>,
    /// `start[k]`: how many instances hold fewer than `k` messages.
    start: Vec<u32>,
}

impl Loads {
    /// `instances` idle instances.
    pub fn new(instances: u32) -> Self {
        let order: Vec<u32> = (0..instances).collect();
        Self {
            load: vec![0; order.len()],
            position: order.clone(),
            order,
            start: vec![0, instances],
        }
    }

    /// How many instances there are.
    pub fn len(&self) -> u32 {
        self.load.len() as u32
    }

    /// Whether there is no instance at all.
    pub fn is_empty(&self) -> bool {
        self.load.is_empty()
    }

    /// Messages at `instance`.
    #[inline]
    pub fn of(&self, instance: u32) -> u32 {
        self.load[instance as usize]
    }

    /// The instances that hold the fewest messages.
    #[inline]
    pub fn least(&self) -> &[u32] {
        let fewest = self.of(self.order[0]) as usize;
        &self.order[..self.start[fewest + 1] as usize]
    }

    /// One message more at `instance`.
    #[inline]
    pub fn add(&mut self, instance: u32) {
        let load = self.load[instance as usize] as usize;
        if load + 2 == self.start.len() {
            self.start.push(self.len());
        }
        self.start[load + 1] -= 1;
        self.swap_to(instance, self.start[load + 1]);
        self.load[instance as usize] += 1;
    }

    /// One message fewer at `instance`.
    ///
    /// # Panics
    /// If it holds none.
    #[inline]
    pub fn remove(&mut self, instance: u32) {
        let load = self.load[instance as usize] as usize;
        self.swap_to(instance, self.start[load]);
        self.start[load] += 1;
        self.load[instance as usize] = (load as u32).checked_sub(1).expect("a message to remove");
    }

    fn swap_to(&mut self, instance: u32, target: u32) {
        let from = self.position[instance as usize];
        let other = self.order[target as usize];
        self.order.swap(from as usize, target as usize);
        self.position[instance as usize] = target;
        self.position[other as usize] = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_a_scan(
            n in 1u32..8,
            steps in prop::collection::vec((0u32..8, any::<bool>()), 0..300),
        ) {
            let mut loads = Loads::new(n);
            let mut plain = vec![0u32; n as usize];
            for (instance, up) in steps {
                let instance = instance % n;
                if up {
                    loads.add(instance);
                    plain[instance as usize] += 1;
                } else if plain[instance as usize] > 0 {
                    loads.remove(instance);
                    plain[instance as usize] -= 1;
                }
                let fewest = *plain.iter().min().unwrap();
                let mut least = loads.least().to_vec();
                least.sort_unstable();
                let wanted: Vec<u32> = (0..n).filter(|&i| plain[i as usize] == fewest).collect();
                prop_assert_eq!(least, wanted);
                prop_assert!((0..n).all(|i| loads.of(i) == plain[i as usize]));
            }
        }
    }
}
