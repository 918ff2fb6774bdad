//! The layout of the database: which data is stored at which key, and which row guards which decision.
//!
//! A key begins with a letter. A text is preceded by its length (four bytes, big-endian). Numbers are big-endian. An id
//! is stored as its bytes. `~x` is the bitwise complement of `x`, so that the newest entry comes first. `ends` is the
//! instant of an expiry in eight bytes. All its bits are ones if there is no expiry.
//!
//! A family is everything that descends from one issued credential. Its records are its members. A purge removes
//! records and families from their `gone_at` on. A rotation supersedes a record, and `honoured_until` is the end of its
//! retry window. After the window, a purge shrinks the superseded record to what the detection of replays needs.
//!
//! In the column of values, "empty" means that the key is an index entry without a value. The text after it describes
//! the index.
//!
//! | key | value |
//! |---|---|
//! | `!` | the layout version: odd, or even while an upgrade is in progress |
//! | `r` family (10) | the family's row, with the number of its members |
//! | `r` record (16) | the record's row; a record id begins with its family's id, so both are stored together |
//! | `n` realm owner | the owner's row: the number of families, the number of writes of the row, the newest family |
//! | `l` realm owner label | the family that holds the label |
//! | `o` realm owner kind ~created_at ~id | empty: an owner's list, newest first |
//! | `k` realm kind id | empty: a realm's list |
//! | `s` realm owner kind client ends family | `used_at`: families that are not revoked |
//! | `a` family ends id | empty: access tokens that are not individually revoked |
//! | `c` family kind generation id | `superseded.at`: superseded members |
//! | `d` notice.at id | empty: records with a notice, by the instant when it is due |
//! | `g`, `u` gone_at id | empty: records by `gone_at`, without (`g`) and with (`u`) a notice |
//! | `x`, `y` gone_at family | empty: revoked families to purge; in `y` all remaining members have a notice |
//! | `w` honoured_until id | empty: superseded records that are not shrunk yet |
//! | `C` realm client id | a registration and its version |
//! | `V` realm client id | the last version of a removed registration |
//! | `K` realm key (16) | empty: an internal id that was used |
//! | `S` realm | settings and their version |
//! | `U` | the instant of the last maintenance run of the whole store |
//! | `I` alias (32) | the id of the record of an imported token, and when the entry was written |
//! | `T` key (32) | a counter |
//! | `E` gone_at key (32) | empty: counters by expiry |
//!
//! # Guarding rows
//!
//! A step reads, decides, and makes one conditional write. The write compares keys and cannot guard a range, because an
//! entry may appear between a scan and the write. Therefore each decision that depends on a count first reads a
//! guarding row. With two exceptions, every step that could add to the count writes this row. If the row is unchanged,
//! the decision is still right.
//!
//! | decision (index) | guarded by | written by |
//! |---|---|---|
//! | caps, paces of creations, making room (`s`, `o`) | the owner's row | creating, ending, renewing a family |
//! | number of access tokens (`a`) | the family's row | joins, rotations, extensions, the revocation |
//! | paces of rotations (`c`) | the family's row and the parent's row | rotations |
//! | whether a member is the last one | the family's row, which counts its members | joins, rotations, purges |
//! | who holds a label | the label's row and the holder's family row | every step that takes or frees the label |
//! | whether a new id is free, for records and families | the key itself, expected to be missing | |
//! | everything about one record | the record's row and its family's row | |
//!
//! A revocation and a purge end a family. A rotation renews a family if the family has expired and the rotation has a
//! cap. Such a rotation counts the owner's live families, and writes the owner's row.
//!
//! The exceptions are two changes that add to a count and do not write the guarding row. One makes an expired family
//! live again without a cap: a later expiry, or a rotation that has no cap. The other sets a later expiry of an access
//! token that has expired. No cap applies to these changes. So if another step counts at the same time, the result is
//! the same as if the change had come after that step.
//!
//! A count is one scan, and so is the read of the ids of an owner's families for a list of families. A change of an
//! expiry moves an entry of `s` and of `a`, so several scans could miss an entry or read it twice.
//!
//! A step that refuses a request writes nothing. So no conditional write shows whether the values that the step read
//! have changed in the meantime. Therefore, if the step made more than one read, the store reads all keys of the step
//! again. If a value has changed, the step starts again. So every refusal was correct at some moment.
//!
//! A step that scans an index and then reads the rows of its entries reads the database at two moments. If a row no
//! longer has the scanned entry, a step that writes starts again. A page of a list skips the entry, because the record
//! now has another entry.
//!
//! Two versions of the row of an owner or a family are never equal, because each row contains a number that grows. The
//! owner's row is removed with the owner's last family and may be created again. Therefore it also contains the id of
//! the newest family.
