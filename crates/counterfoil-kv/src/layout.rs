//! What is under which key, and which row guards what.
//!
//! Keys begin with a letter. A text has its length (four bytes, big-endian) before it; numbers are big-endian; an id is
//! its bytes. "Ends" is eight bytes, all ones where there is no end.
//!
//! | key | value |
//! |---|---|
//! | `!` | the layout's version: odd, or even while an upgrade is under way |
//! | `r` family (10) | the family's row, its members counted |
//! | `r` record (16) | the record's row: it begins with its family, so they lie beside each other |
//! | `n` realm owner | the owner's row: how many families, and how often that changed |
//! | `l` realm owner label | which family holds the label |
//! | `o` realm owner kind ~created_at ~id | nothing: an owner's list, newest first |
//! | `k` realm kind id | nothing: a realm's list |
//! | `s` realm owner kind client ends family | `used_at`: the families that are not revoked |
//! | `a` family ends id | nothing: access tokens that are not revoked by themselves |
//! | `c` family kind generation id | `superseded.at`: the superseded members |
//! | `d` notice.at id | nothing: what is due |
//! | `g`, `u` gone_at id | nothing: what is gone, without and with a notice |
//! | `x`, `y` gone_at family | nothing: revoked families to be purged, and those of which only members with a notice are left |
//! | `w` honoured_until id | nothing: what may shrink |
//! | `C` realm client id | a registration and its version |
//! | `V` realm client id | the last version of one that is no more |
//! | `K` realm key (16) | nothing: an internal id that was used |
//! | `S` realm | settings and their version |
//! | `U` | the instant of the last upkeep, of the whole store |
//! | `T` key (32) | a counter |
//! | `E` gone_at key (32) | nothing: counters by when they lose their meaning |
//!
//! # What guards what
//!
//! A conditional write compares keys and cannot guard a range: an entry may appear between a scan and the write. So
//! each decision by a count first reads a guarding row, which every step writes that could add to the count. If the row
//! is unchanged, the count is unchanged or smaller.
//!
//! | decided from | guarded by | written by |
//! |---|---|---|
//! | caps, paces of creations, who makes room (`s`, `o`) | the owner's row | every new family, every revoked family, every family that goes |
//! | access tokens (`a`) | the family's row | joins, rotations, slides, the revocation |
//! | paces of rotations (`c`) | the family's row, and the parent's | rotations |
//! | which member is the last | the family's row, which counts them | joins, rotations, purges |
//! | a label | its own row, and the holder's family row | whoever takes it or gives it back |
//! | a new id, and a new family's | the key itself, expected to be absent | |
//! | everything about one record | its own row and its family's | |
//!
//! An expired family that gets a new end, and an access token that does, add to a count without writing its guard. Both
//! orders of such a pair are allowed: no cap bounds them.
//!
//! A refusal writes nothing, so nothing is compared. After more than one read the store reads the keys once more, and
//! begins anew if one has changed. So every refusal was true at some moment.
//!
//! A scan and the rows that are read after it are of two moments. If a row no longer has the scanned entry, a step that
//! writes begins anew, and a page skips the entry: the record has another entry by then.
//!
//! No two versions of an owner's or a family's row are equal: each has a number that grows. The owner's row is removed
//! with the last family and may be created again, so it also names the newest family.
