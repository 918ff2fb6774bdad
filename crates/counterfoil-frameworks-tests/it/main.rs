//! Sends one table of requests to the same service in each framework, over loopback. All answers must be equal.
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod case;
mod cases;
mod cut;
mod scene;
mod servers;
mod table;
mod wire;
