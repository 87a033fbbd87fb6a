//! What the rules of dynamic groups ask of an object's relations.

use super::{
    Error, ReadTx,
    objects::{self, Object},
    relations::{MANAGERS, MEMBERS},
};
use crate::{
    membership_rules::Related,
    model::{ids::ObjectId, kinds::ObjectKind},
};
use std::{cell::RefCell, collections::HashMap};

/// The objects that rules name, each looked up once.
#[derive(Default)]
pub struct Named(RefCell<HashMap<ObjectId, Option<Object>>>);

impl Named {
    fn get(&self, tx: &ReadTx<'_>, id: ObjectId) -> Result<Option<Object>, Error> {
        if let Some(found) = self.0.borrow().get(&id) {
            return Ok(*found);
        }
        let found = objects::find(tx, id)?;
        self.0.borrow_mut().insert(id, found);
        Ok(found)
    }
}

/// The relations of an object.
pub struct Relations<'t> {
    /// Where they are read.
    pub tx: &'t ReadTx<'t>,
    /// The objects that rules name.
    pub named: &'t Named,
    /// The object.
    pub object: &'t Object,
}

impl Related for Relations<'_> {
    type Error = Error;

    fn is_in(&self, groups: &[ObjectId]) -> Result<bool, Error> {
        for group in groups {
            if let Some(group) = self.named.get(self.tx, *group)?
                && group.kind() == ObjectKind::Group
                && MEMBERS.contains(self.tx, &group, self.object)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn reports_to(&self, manager: ObjectId) -> Result<bool, Error> {
        match self.named.get(self.tx, manager)? {
            Some(manager) => MANAGERS.contains(self.tx, self.object, &manager),
            None => Ok(false),
        }
    }
}
