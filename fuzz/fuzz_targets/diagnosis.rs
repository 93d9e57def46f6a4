//! Searches for the cause of a failure, in one go and in many.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| waybill_fuzz::bodies::diagnosis(data));
