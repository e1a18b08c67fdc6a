//! Maps whose keys are numbers that the server itself gives: users, rooms, records.
//!
//! No client chooses such a key, so the keys need no protection against collisions, and the hash is one that costs a
//! tenth of the standard one. A map by a name, a token or an address keeps the standard hash.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map by numbers of the server.
pub(crate) type IdMap<K, V> = HashMap<K, V, RandomState>;

/// A set of numbers of the server.
pub(crate) type IdSet<K> = HashSet<K, RandomState>;
