//! One table of requests and answers, sent to a service in each framework over loopback: all answers are equal.
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod case;
mod cases;
mod cut;
mod scene;
mod servers;
mod table;
mod wire;
