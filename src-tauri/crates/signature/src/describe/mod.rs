//! The description language: what a scheme file can say, read with the place of every fault.

mod component;
mod file;
mod source;
mod table;
mod template;
mod token;

pub(crate) use component::{BodyPart, Component, DigestForm, Message, UrlPart, as_template};
pub(crate) use file::{
    AlgorithmBy, BodyDigest, Detect, Emit, File, Requirement, SignatureFile, TimestampFile,
};
pub(crate) use file::{FormatWord, IdentityFile, Repeated};
pub(crate) use source::{OneOrMany, Selector, Source, is_header_name};
pub(crate) use token::{Binding, TokenAlgorithm, TokenRule};
