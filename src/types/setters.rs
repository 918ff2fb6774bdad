//! A macro that defines builder methods. For example, the method `with_label` sets the field `label`.

/// Defines `with_…` methods. The character after the field's name selects the type of the argument. With `=` the
/// argument has the type of the field. With `:` it is converted into that type. With `?` it is converted into the
/// content of the `Option` in the field, and the method sets `Some`.
macro_rules! setters {
    ($type:ident $(<$life:lifetime>)? { $($with:ident $field:ident $mode:tt $kind:ty;)+ }) => {
        impl $(<$life>)? $type $(<$life>)? {
            $(crate::types::setters::setter! { $with $field $mode $kind })+
        }
    };
}

macro_rules! setter {
    ($with:ident $field:ident = $kind:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $with(mut self, $field: $kind) -> Self {
            self.$field = $field;
            self
        }
    };
    ($with:ident $field:ident : $kind:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $with(mut self, $field: impl Into<$kind>) -> Self {
            self.$field = $field.into();
            self
        }
    };
    ($with:ident $field:ident ? $kind:ty) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $with(mut self, $field: impl Into<$kind>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
}

pub(crate) use {setter, setters};
