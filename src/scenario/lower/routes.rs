//! Routes to carriers, in name order.

use super::names::Names;
use crate::carrier::RoutePlan;
use crate::language::{Placed, Problems};
use crate::scenario::schema::Scenario;

/// The routes of a scenario.
pub(super) fn lower(
    scenario: &Scenario,
    names: &Names,
    problems: &mut Problems,
) -> Option<Vec<RoutePlan>> {
    let each = scenario.routes.items.iter().map(|(name, route)| {
        let route = route.as_ref()?;
        let providers = providers(&route.to, names, problems)?;
        Some(route.resolve(&name.value, providers))
    });
    let routes: Vec<_> = each.collect();
    routes.into_iter().collect()
}

/// The carriers that a route names, each once.
fn providers(to: &[Placed<String>], names: &Names, problems: &mut Problems) -> Option<Vec<usize>> {
    let mut providers = Vec::with_capacity(to.len());
    for name in to {
        let group = names.group(name, problems)?;
        if providers.contains(&group) {
            problems.add(name.place, format!("`{}` is named twice", name.value));
            return None;
        }
        providers.push(group);
    }
    Some(providers)
}
