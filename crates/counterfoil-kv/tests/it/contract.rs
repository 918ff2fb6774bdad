//! Runs the store contract on each engine. All handles of a process share one database. The database is in memory, in a
//! file or in a folder.

use crate::support::bases::{Bases, Fjall, Memory, Redb};
use counterfoil_conformance::{conformance, sibling_conformance};

conformance!(in_memory, Bases(Memory));
conformance!(on_redb, Bases(Redb));
conformance!(on_fjall, Bases(Fjall));

sibling_conformance!(beside_in_memory, Bases(Memory));
sibling_conformance!(beside_on_redb, Bases(Redb));
sibling_conformance!(beside_on_fjall, Bases(Fjall));
