//! Which formulas mention a name, a table or a sheet.

use super::{RegionId, Regions};
use rustc_hash::{FxHashMap, FxHashSet};

/// The regions by the names that their formulas mention. Brought up to date where it is asked, so that setting a formula costs
/// nothing here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mentions {
    /// Some of them may be gone, or mention it no more.
    of: FxHashMap<String, FxHashSet<RegionId>>,
    stale: FxHashSet<RegionId>,
}

impl Mentions {
    /// Says that a region is new, gone or another one.
    pub(crate) fn touch(&mut self, region: RegionId) {
        self.stale.insert(region);
    }

    /// The regions whose formulas mention one of some names, in any case.
    pub(crate) fn of(&mut self, regions: &Regions, names: &[&str]) -> Vec<RegionId> {
        for id in self.stale.drain() {
            let Some(region) = regions.get(id) else { continue };
            for name in &region.template.mentions {
                match self.of.get_mut(name) {
                    Some(known) => known.insert(id),
                    None => self.of.entry(name.clone()).or_default().insert(id),
                };
            }
        }
        let mut found: Vec<RegionId> = Vec::new();
        for name in names {
            let Some(known) = self.of.get_mut(&name.to_lowercase()) else { continue };
            known.retain(|id| {
                let region = regions.get(*id);
                region.is_some_and(|region| region.template.mentions_any(&[name]))
            });
            found.extend(known.iter());
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
