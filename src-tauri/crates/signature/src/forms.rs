//! The forms that a message can have, put together one by one: most requests match the first, and some
//! forms copy the body.

use crate::describe::Component;
use crate::message::{Material, Piece};
use waybill_model::Reason;

/// Forms not yet tried.
pub(crate) struct Forms<'f, 'm, 'a> {
    rest: &'m [Vec<Component>],
    material: &'f Material<'m, 'a>,
    first: Option<Vec<Piece<'m>>>,
    given: usize,
    fault: Option<Reason>,
}

impl<'f, 'm, 'a> Forms<'f, 'm, 'a> {
    /// Puts the first form together that can be.
    pub(crate) fn new(forms: &'m [Vec<Component>], material: &'f Material<'m, 'a>) -> Self {
        let mut new = Self { rest: forms, material, first: None, given: 0, fault: None };
        new.first = new.build();
        new
    }

    /// The first form, while it is not tried yet.
    pub(crate) fn first(&self) -> Option<&[Piece<'m>]> {
        self.first.as_deref()
    }

    /// Why no form at all can be put together.
    pub(crate) fn fault(&self) -> Result<(), Reason> {
        match (&self.first, self.fault) {
            (None, Some(reason)) => Err(reason),
            _ => Ok(()),
        }
    }

    /// The next form; those that can't be put together are passed over.
    pub(crate) fn next(&mut self) -> Option<Vec<Piece<'m>>> {
        self.given += 1;
        self.first.take().or_else(|| self.build())
    }

    /// Whether the form given last is another one than the first.
    pub(crate) const fn beyond_first(&self) -> bool {
        self.given > 1
    }

    fn build(&mut self) -> Option<Vec<Piece<'m>>> {
        while let Some((form, rest)) = self.rest.split_first() {
            self.rest = rest;
            match self.material.pieces(form) {
                Ok(pieces) => return Some(pieces),
                Err(reason) => self.fault = self.fault.or(Some(reason)),
            }
        }
        None
    }
}
