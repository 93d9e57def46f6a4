//! The forms that a message can have, put together one by one: most requests match the first, and some
//! forms copy the body.

use crate::describe::Component;
use crate::message::{Material, Piece, Pieces};
use waybill_model::Reason;

/// Forms of a message, and the one that is put together now.
pub(crate) struct Forms<'f, 'm, 'a> {
    rest: &'m [Vec<Component>],
    material: &'f Material<'m, 'a>,
    /// One place for all of them.
    pieces: Pieces<'m>,
    /// Whether any form could be put together, and whether it is not tried yet.
    first: (bool, bool),
    given: usize,
    fault: Option<Reason>,
}

impl<'f, 'm, 'a> Forms<'f, 'm, 'a> {
    /// Puts the first form together that can be.
    #[inline]
    pub(crate) fn new(forms: &'m [Vec<Component>], material: &'f Material<'m, 'a>) -> Self {
        let mut new = Self {
            rest: forms,
            material,
            pieces: Pieces::new(),
            first: (false, false),
            given: 0,
            fault: None,
        };
        let built = new.build();
        new.first = (built, built);
        new
    }

    /// The first form, while it is not tried yet.
    pub(crate) fn first(&self) -> Option<&[Piece<'m>]> {
        self.first.1.then_some(&*self.pieces)
    }

    /// Why no form at all can be put together.
    pub(crate) const fn fault(&self) -> Result<(), Reason> {
        match (self.first.0, self.fault) {
            (false, Some(reason)) => Err(reason),
            _ => Ok(()),
        }
    }

    /// The next form; those that can't be put together are passed over.
    pub(crate) fn next(&mut self) -> Option<&[Piece<'m>]> {
        self.given += 1;
        let there = std::mem::take(&mut self.first.1) || self.build();
        there.then_some(&*self.pieces)
    }

    /// The form given last, when it is another one than the first.
    pub(crate) fn beyond_first(&self) -> Option<&[Piece<'m>]> {
        (self.given > 1).then_some(&*self.pieces)
    }

    fn build(&mut self) -> bool {
        while let Some((form, rest)) = self.rest.split_first() {
            self.rest = rest;
            self.pieces.clear();
            match self.material.pieces_into(form, &mut self.pieces) {
                Ok(()) => return true,
                Err(reason) => self.fault = self.fault.or(Some(reason)),
            }
        }
        false
    }
}
