#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = counterfoil_fuzz::networks(data);
});
