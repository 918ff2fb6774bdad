//! The columns of a record and of its family, in one list. The statements of both dialects select these columns, and
//! the code that decodes rows uses the same list. So the code contains no column positions.

use crate::row::SqlRow;

/// Passes the columns of a record to a macro. Each entry has a variant of [`RecordColumn`], the name of the column, and
/// its type. The type is `number`, `small` (SMALLINT in PostgreSQL), `flag` (BOOLEAN in PostgreSQL), `bytes` or `text`.
macro_rules! record_columns {
    ($then:ident) => {
        $then! {
            "r.";
            Id "id" bytes,
            Realm "realm" text,
            Owner "owner" text,
            Kind "kind" small,
            Parent "parent" bytes,
            Generation "generation" number,
            CreatedAt "created_at" number,
            Scope "scope" text,
            Label "label" text,
            Description "description" text,
            Digest "digest" bytes,
            KeyId "key_id" number,
            Version "version" number,
            ExpiresAt "expires_at" number,
            ExpirySetAt "expiry_set_at" number,
            GoneAt "gone_at" number,
            SupersededAt "superseded_at" number,
            Successor "successor" bytes,
            Nonce "nonce" bytes,
            NonceKey "nonce_key" number,
            HonouredUntil "honoured_until" number,
            RevokedAt "revoked_at" number,
            RevocationReason "revoked_why" small,
            LastUsedAt "last_used_at" number,
            NoticeAt "notice_at" number,
            NoticeStage "notice_stage" small,
            Noticed "noticed" bytes,
            Shrunk "shrunk" flag
        }
    };
}
pub(crate) use record_columns;

/// Passes the columns of a family to a macro. The entries have the same form as in `record_columns`, but with variants
/// of [`FamilyColumn`].
macro_rules! family_columns {
    ($then:ident) => {
        $then! {
            "f.";
            Id "id" bytes,
            Realm "realm" text,
            Owner "owner" text,
            Kind "kind" small,
            Generation "generation" number,
            Body "body" text,
            LiveUntil "live_until" number,
            GoneAt "gone_at" number,
            LabelKey "label_key" text,
            RevokedAt "revoked_at" number,
            RevocationReason "revoked_why" small,
            Client "client" bytes,
            UsedAt "used_at" number
        }
    };
}
pub(crate) use family_columns;

/// The list of columns in a SELECT of SQLite.
#[cfg(feature = "sqlite")]
macro_rules! sqlite_columns {
    (
        $table:literal;
        $first:ident $first_name:literal $first_type:ident
        $(, $column:ident $name:literal $type:ident)*
    ) => {
        concat!($table, $first_name $(, ", ", $table, $name)*)
    };
}
#[cfg(feature = "sqlite")]
pub(crate) use sqlite_columns;

/// The list of columns in a SELECT of PostgreSQL. It casts every number to BIGINT.
#[cfg(feature = "postgres")]
macro_rules! postgres_columns {
    (
        $table:literal;
        $first:ident $first_name:literal $first_type:ident
        $(, $column:ident $name:literal $type:ident)*
    ) => {
        concat!(
            $table, $first_name, $crate::columns::bigint!($first_type)
            $(, ", ", $table, $name, $crate::columns::bigint!($type))*
        )
    };
}
#[cfg(feature = "postgres")]
pub(crate) use postgres_columns;

#[cfg(feature = "postgres")]
macro_rules! bigint {
    (small) => {
        "::bigint"
    };
    (flag) => {
        "::int::bigint"
    };
    ($type:ident) => {
        ""
    };
}
#[cfg(feature = "postgres")]
pub(crate) use bigint;

/// A column of a row, identified by its position in a list of columns or by its name.
pub(crate) trait Column: Copy {
    /// The column's name in error messages.
    fn name(self) -> &'static str;

    /// The position of the column in a row, or `None` if the row has no such column. The list of columns starts at
    /// position `first` of the row.
    fn position(self, row: &impl SqlRow, first: usize) -> Option<usize>;
}

/// A column that is identified by its name. Code that decodes rows with few columns uses such names.
impl Column for &'static str {
    fn name(self) -> &'static str {
        self
    }

    fn position(self, row: &impl SqlRow, _first: usize) -> Option<usize> {
        row.position(self)
    }
}

/// Makes an enum with one variant for each column of a list. The position of a variant in the enum is the position of
/// its column in the list. Records and families use such enums, because it would be slow to look up every name in each
/// row.
macro_rules! column_enum {
    ($enum:ident, $prefix:literal, $($column:ident $name:literal),*) => {
        #[derive(Clone, Copy)]
        pub(crate) enum $enum {
            $($column),*
        }

        impl Column for $enum {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$column => concat!($prefix, $name)),*
                }
            }

            fn position(self, _row: &impl SqlRow, first: usize) -> Option<usize> {
                Some(first + self as usize)
            }
        }
    };
}

macro_rules! record_enum {
    ($table:literal; $($column:ident $name:literal $type:ident),*) => {
        column_enum!(RecordColumn, "", $($column $name),*);

        impl RecordColumn {
            /// The number of columns. In a row of a record joined with its family, it is also the position of the
            /// family's first column.
            pub(crate) const COUNT: usize = [$(Self::$column),*].len();
        }
    };
}
record_columns!(record_enum);

macro_rules! family_enum {
    ($table:literal; $($column:ident $name:literal $type:ident),*) => {
        column_enum!(FamilyColumn, "family.", $($column $name),*);
    };
}
family_columns!(family_enum);
