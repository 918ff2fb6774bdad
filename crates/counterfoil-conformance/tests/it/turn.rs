//! A lock that can be held across an await and needs no runtime.

use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil_conformance::pause;

#[derive(Default)]
pub(crate) struct Turn(AtomicBool);

pub(crate) struct Held<'a>(&'a Turn);

impl Turn {
    pub(crate) async fn take(&self) -> Held<'_> {
        while self.0.swap(true, Ordering::Acquire) {
            pause().await;
        }
        Held(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Release);
    }
}
