//! Macros that make broken stores from closures. A closure replaces one method. Methods without a closure call the
//! correct store.

/// Calls the core's check of a request in the methods `insert` and `rotate`, unless the flaw says that its store has no
/// such check. Expands to nothing for all other methods.
macro_rules! request_check {
    ($flaw:expr, insert, $home:ident, $new:ident, $now:ident) => {
        if $flaw.checks_requests() {
            counterfoil::store::check_insert($home, $new)?;
        }
    };
    ($flaw:expr, rotate, $parent:ident, $step:ident, $new:ident, $now:ident) => {
        if $flaw.checks_requests() {
            let _successor = counterfoil::store::check_rotate($parent, $step, $new)?;
        }
    };
    ($($other:tt)*) => {};
}
pub(crate) use request_check;

/// Turns a type into a broken store. The type is declared elsewhere. Its field `inner` is the correct store, and its
/// field `flaw` replaces some of the methods. The *store traits*, such as `TokenStore`, are the traits whose methods
/// are listed in the call of the macro. The macro declares:
///
/// - a trait for flaws. It has all methods of the store traits. Each method gets the correct store as its first
///   argument, and calls it by default. If the macro is called with `with { … }`, the methods in the braces are added
///   to this trait.
/// - implementations of the store traits for the type. Each method calls the method of `flaw` with the same name.
/// - two macros that implement the trait for flaws. In both, closures replace one or more methods. The caller chooses
///   the names of the macros, for example `flaw!` and `overrides!`. `flaw!(Name, method, |inner, argument| { … })` also
///   declares the type `Name`, which has no fields. `overrides!(Type, self, method, |inner, argument| { … })` needs a
///   type `Type` that is declared elsewhere. This type can have fields.
macro_rules! flawed {
    (
        [$d:tt $module:ident] $trait:ident, $inner:ty, $broken:ident, $flaw:ident, $overrides:ident $(, with { $($own:tt)* })?;
        $({ $port:ident $([ $($ported:tt)* ])?: $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)* })*
    ) => {
        /// A flaw. It replaces some methods of a correct store. A method that is not replaced calls the correct store.
        #[async_trait::async_trait]
        pub(crate) trait $trait: Send + Sync + 'static {
            $($($own)*)?
            $($(async fn $name(&self, inner: &$inner $(, $arg: $kind)*) -> Result<$answer, counterfoil::store::StoreError> {
                inner.$name($($arg),*).await
            })*)*
        }

        $(#[async_trait::async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl $port for $broken {
            $($($ported)*)?

            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, counterfoil::store::StoreError> {
                $crate::forward::request_check!(self.flaw, $name $(, $arg)*);
                self.flaw.$name(&self.inner $(, $arg)*).await
            })*
        })*

        macro_rules! $overrides {
            (@ $d of:ident, $d me:tt, { $d($d done:tt)* }) => {
                #[async_trait::async_trait]
                impl $crate::$module::$trait for $d of {
                    $d($d done)*
                }
            };
            $($((
                @ $d of:ident, $d me:tt, { $d($d done:tt)* }
                $name, |$d inner:pat_param $(, $d $arg:pat_param)*| $d body:expr $d(, $d($d rest:tt)*)?
            ) => {
                $crate::$module::$overrides!(@ $d of, $d me, {
                    $d($d done)*
                    async fn $name(
                        &$d me, $d inner: &$inner $(, $d $arg: $kind)*
                    ) -> Result<$answer, counterfoil::store::StoreError> { $d body }
                } $d($d($d rest)*)?);
            };)*)*
            ($d of:ident, $d me:tt, $d($d methods:tt)*) => {
                $crate::$module::$overrides!(@ $d of, $d me, {} $d($d methods)*);
            };
        }
        pub(crate) use $overrides;

        macro_rules! $flaw {
            ($d of:ident, $d($d methods:tt)*) => {
                #[derive(Default)]
                pub(crate) struct $d of;
                $crate::$module::$overrides!(@ $d of, self, {} $d($d methods)*);
            };
        }
        pub(crate) use $flaw;
    };
}
pub(crate) use flawed;
