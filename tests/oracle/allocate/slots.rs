//! §6: open pools and slots, from what was observed to what every line costs.

use std::collections::BTreeMap;

use crate::oracle::allocate::circles::rounds;
use crate::oracle::allocate::lines::parts;
use crate::oracle::allocate::moves::{Move, moves};
use crate::oracle::allocate::number::zero;
use crate::oracle::allocate::pools::{Place, Pooled, Pools, effective_unit_costs};
use crate::oracle::allocate::relief::relief;
use crate::oracle::allocate::settle::{Settled, settle};
use crate::oracle::allocate::share::{Circle, Position, circles, positions};
use crate::oracle::allocate::values::{Prices, values};
use crate::oracle::month::{Exact, Month, Part, Settings, Tables};

/// Units of a slot, shared.
pub(super) struct Shared<'a> {
    pub(super) place: Place,
    pub(super) lines: Vec<Pooled<'a>>,
    /// On-demand value of each line that was covered.
    pub(super) values: Vec<Exact>,
    pub(super) positions: Vec<Position>,
    pub(super) circles: Vec<Circle>,
}

/// What became of a pool in an open slot.
pub(super) struct Slot<'a> {
    pub(super) place: Place,
    pub(super) lines: Vec<Pooled<'a>>,
    pub(super) positions: Vec<Position>,
    pub(super) moves: Vec<Move>,
    pub(super) circles: Vec<Settled>,
    /// Parts of each line.
    pub(super) parts: Vec<Vec<Part>>,
}

/// All open slots: units first, since relief looks at what is idle in other pools, then costs.
pub(super) fn slots<'a>(pools: &Pools<'a>, (month, settings, tables): (&Month, &Settings, &Tables)) -> Vec<Slot<'a>> {
    let prices = Prices::of(pools);
    let rounds = rounds(settings, tables);
    let nobody = BTreeMap::new();
    let mut shared: BTreeMap<Place, Shared<'a>> = BTreeMap::new();
    for (place, lines) in pools.lines() {
        let values = values(&prices, &lines);
        let capacity = pools.capacity.offered.get(&place).unwrap_or(&nobody);
        let positions = positions(&lines, &values, capacity, pools.has_fitting(&place, None), month);
        let circles = circles(&positions, &rounds, settings.policy);
        shared.insert(place.clone(), Shared { place, lines, values, positions, circles });
    }
    let relief = relief(pools, &shared, (settings, tables));
    let unit_costs = effective_unit_costs(&pools.covered);
    let settled = shared.into_values().map(|slot| {
        let Shared { place, lines, values, positions, circles } = slot;
        let e = |p: &Position| unit_costs.get(&(place.0.clone(), p.account.clone())).cloned().unwrap_or_default();
        let e: Vec<Exact> = positions.iter().map(e).collect();
        let moves = moves(&positions, &circles, &e);
        let relieved = relief.get(&place);
        let of = |p: &Position| relieved.and_then(|relieved| relieved.get(&p.account)).cloned().unwrap_or_else(zero);
        let relieved: Vec<Exact> = positions.iter().map(of).collect();
        let circles = settle(&positions, circles, &moves, &relieved, settings);
        let parts = parts(&lines, &values, &positions, &moves, &circles);
        Slot { place, lines, positions, moves, circles, parts }
    });
    settled.collect()
}
