//! The bodies of the fuzz targets (`fuzz/`) over a fixed amount of input, on any compiler: seeds that are near what is
//! right, every one of them bent in many places, and the third-party corpora where they are present.

#[path = "../../../../../fuzz/src/bodies.rs"]
#[allow(unreachable_pub, reason = "it is a library to the targets")]
mod bodies;

use crate::support::{CATALOGUE, shared};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::PathBuf;

/// A generator of its own, so that each run tries the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

const TELLING: &[&[u8]] = &[
    b"v1,",
    b"v1=",
    b"v1a,",
    b"t=",
    b"h1=",
    b"sha256=",
    b",",
    b";",
    b" ",
    b"=",
    b"\n",
    b"\0",
    b"\xff",
    b"-1",
    b"99999999999999999999",
    b"1781166727",
    b"2026-06-11T08:32:07Z",
    b"AAAA",
    b"\"",
    b"[",
    b"{",
    b"}",
    b"{body}",
    b"\\u0000",
    b"\xf0\x9f\x98\x80",
    b"1e400",
];

/// Bends an input in one to four places, as a fuzzer does.
fn bent(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, TELLING[dice.below(TELLING.len())].iter().copied())),
            2 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => {
                let end = (at + dice.below(24)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.push(dice.next() as u8),
        }
    }
    bytes
}

/// Runs `body` over every seed and `each` bent forms of it.
fn smoke(name: &str, seeds: &[Vec<u8>], each: usize, body: fn(&[u8])) {
    let mut dice = Dice(seeds.len() as u64);
    let mut runs = 0;
    for seed in seeds {
        body(seed);
        for _ in 0..each {
            body(&bent(seed, &mut dice));
        }
        runs += each + 1;
    }
    println!("fuzz smoke, {name}: {runs} inputs");
}

fn lines(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Hostile texts of the third-party folder.
fn naughty() -> Vec<Vec<u8>> {
    let Some(file) = shared("corpora/naughty-strings/blns.base64.json") else {
        println!("naughty strings not present: skipped all");
        return Vec::new();
    };
    let texts: Vec<String> = serde_json::from_str(&file).unwrap();
    texts.iter().map(|text| STANDARD.decode(text).unwrap()).collect()
}

#[test]
fn header_parsers() {
    let mut seeds = lines(&[
        "",
        "1781166727\nt=1781166727,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd\n\n{\"t\":1}",
        "1781166727\nsha256=52,sha256=57,sha1=00\nsha256=\n{}",
        "2026-06-11T08:32:07Z\nv1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1a,AAAA v2,x\n\nbody",
        "1781166727\nts=1;h1=AAAA;h1=\nh1=-_\n{\"t\":1781166727000}",
        "-1\n,,,===\n= = =\n[1,2",
    ]);
    for text in naughty() {
        seeds.push([b"1781166727\n".as_slice(), &text, b"\nv1=", &text, b"\n{}"].concat());
    }
    smoke("headers", &seeds, 3, bodies::headers);
}

#[test]
fn verifier() {
    let count = CATALOGUE.schemes().count();
    let seeds: Vec<Vec<u8>> = (0..count)
        .flat_map(|scheme| {
            ["v1,AAAA\n{\"id\":\"evt_1\",\"t\":1}", "\na=1&b=2", "sha256=00,t=1\n\u{feff}{}"].map(|rest| {
                [&[scheme as u8, (scheme >> 8) as u8, scheme as u8][..], rest.as_bytes()].concat()
            })
        })
        .collect();
    smoke("verifier", &seeds, 6, bodies::verifier);
}

#[test]
fn scheme_parser() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../catalogue/schemes");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    assert!(seeds.len() > 50);
    seeds.extend(naughty());
    smoke("scheme", &seeds, 8, bodies::scheme);
}

#[test]
fn diagnosis() {
    let count = CATALOGUE.schemes().count();
    let seeds: Vec<Vec<u8>> = (0..count)
        .map(|scheme| {
            let rest = "hook-secret\\n\nt=1781166727,v1=00\n1781166727\n\u{1}\u{1}{\"id\": \"evt_1\", \"name\": \"Zo\u{eb}\"}";
            [&[scheme as u8, (scheme >> 8) as u8, scheme as u8, 0][..], rest.as_bytes()].concat()
        })
        .collect();
    smoke("diagnosis", &seeds, 2, bodies::diagnosis);
}
