//! Requests near rightly signed ones, under every scheme of the catalogue.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| waybill_fuzz::bodies::verifier(data));
