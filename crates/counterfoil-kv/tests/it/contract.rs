//! Runs the store contract on each engine. All handles of a process share one database. The database is in memory, in a
//! file or in a folder.

use crate::support::bases::{Bases, Fjall, Memory, Redb};
use counterfoil_conformance::{conformance, sibling_conformance, transfer_conformance};

conformance!(in_memory, Bases(Memory));
conformance!(on_redb, Bases(Redb));
conformance!(on_fjall, Bases(Fjall));

sibling_conformance!(beside_in_memory, Bases(Memory));
sibling_conformance!(beside_on_redb, Bases(Redb));
sibling_conformance!(beside_on_fjall, Bases(Fjall));

transfer_conformance!(copied_in_memory, Bases(Memory));
transfer_conformance!(copied_on_redb, Bases(Redb));
transfer_conformance!(copied_on_fjall, Bases(Fjall));
