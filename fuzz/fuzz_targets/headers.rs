//! Header values of any bytes, taken apart in every form.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| waybill_fuzz::bodies::headers(data));
