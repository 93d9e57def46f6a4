//! The description language: what a scheme file can say, read with the place of every fault.

mod component;
mod file;
mod source;
mod template;

pub(crate) use component::{BodyPart, Component, DigestForm, Message, UrlPart, as_template};
pub(crate) use file::{BodyDigest, Detect, Emit, File, Requirement, SignatureFile, TimestampFile};
pub(crate) use file::{FormatWord, IdentityFile, Repeated};
pub(crate) use source::{Selector, Source, is_header_name};
