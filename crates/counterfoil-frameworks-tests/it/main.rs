//! Sends one table of requests over loopback to the same service in each framework. All frameworks must give equal
//! responses.
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod case;
mod cases;
mod cut;
mod scene;
mod servers;
mod table;
mod wire;
