//! The loads on WebSockets and on connections, alternating.

use std::io::{self, Write};

use super::{compare, has_no_fault, idle, is_ok, pairs};
use crate::cores::Cores;
use crate::table;
use crate::target::{Durability, Target};
use crate::workload::Case;

/// The first is the base of the ratios.
const TARGETS: [Target; 2] = [Target::Ours, Target::OursWeb];

/// Measures the loads, and the memory of idle users if `is_idle_asked`; writes the tables. Returns `false` if a
/// measurement failed.
pub(super) fn web(
    cases: &[&Case],
    is_idle_asked: bool,
    rounds: usize,
    cores: &Cores,
    out: &mut impl Write,
) -> io::Result<bool> {
    let mut is_complete = true;
    if !cases.is_empty() {
        let all = compare(cases, TARGETS, rounds, cores)?;
        writeln!(out, "{}", table::webs(&pairs(cases, &all)))?;
        is_complete &= has_no_fault(&all);
    }
    if is_idle_asked {
        let bytes = idle(&TARGETS, rounds, cores, Durability::Os)?;
        is_complete &= bytes.iter().all(is_ok);
        writeln!(out, "{}", table::idle_webs(&bytes))?;
    }
    Ok(is_complete)
}
