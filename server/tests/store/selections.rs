//! Finding objects by a condition.

use crate::world::{World, world};
use roster_server::{
    directory::{Error, import},
    model::{
        condition::{Check, Condition, Order, Selection, Test},
        ids::ObjectId,
        keys::{Key, fold},
        kinds::ObjectKind,
        paths::PropertyPath,
        user::USER,
    },
    odata::listing::{Cursor, Listing},
    store::{self, WriteTx, selections},
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn id(number: u128) -> ObjectId {
    ObjectId::from_uuid(Uuid::from_u128(number))
}

fn path(name: &str) -> PropertyPath {
    USER.path(name, None).unwrap()
}

fn user(tx: &WriteTx<'_>, number: u128, with: &Value) -> Result<(), Error> {
    let mut body =
        json!({"displayName": "x", "userPrincipalName": format!("u{number}@a.example"), "mailNickname": "u"});
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    import::object(tx, ObjectKind::User, id(number), body).map(drop)
}

async fn world_of(users: Vec<Value>) -> Arc<World> {
    let world = world().await;
    let create =
        move |tx: &WriteTx<'_>| (1..).zip(&users).try_for_each(|(number, with)| user(tx, number, with));
    world.write(create).await.unwrap();
    world
}

impl World {
    async fn page(
        &self,
        condition: Condition,
        order: Option<Order>,
        listing: Listing,
    ) -> (Vec<ObjectId>, Option<Cursor>) {
        let page = move |tx: &store::ReadTx<'_>| {
            let selection = Selection(vec![(ObjectKind::User, condition)]);
            selections::page(tx, &selection, order.as_ref(), &listing)
        };
        let page = self.store.tenant(self.tenant).read_long(page).await.unwrap();
        (page.objects.into_iter().map(|(object, _)| object.id).collect(), page.next)
    }

    async fn walk(&self, condition: &Condition, order: Option<Order>, limit: usize) -> Vec<ObjectId> {
        let mut listing = Listing { limit, ..Listing::default() };
        let mut all = Vec::new();
        loop {
            let (page, next) = self.page(condition.clone(), order, listing.clone()).await;
            all.extend(page);
            let Some(next) = next else { return all };
            listing.after = Cursor::from_bytes(&next.to_bytes()).unwrap();
        }
    }
}

fn equals(name: &str, text: &str) -> Condition {
    Condition::Is(Test::Some(path(name), Check::Equals(vec![Key::text(text)])))
}

#[tokio::test]
async fn objects_are_found_by_what_they_have() {
    let world = world_of(vec![
        json!({"department": "Sales"}),
        json!({"department": "Legal"}),
        json!({"department": "SALES", "displayName": "Ada"}),
    ])
    .await;
    assert_eq!(world.walk(&equals("department", "sales"), None, 1).await, [id(1), id(3)]);
    let starts = Condition::Is(Test::Some(path("displayName"), Check::StartsWith(fold("AD"))));
    assert_eq!(world.walk(&equals("department", "sales").and(starts), None, 9).await, [id(3)]);
    assert_eq!(world.walk(&Condition::NONE, None, 9).await, []);
}

#[tokio::test]
async fn what_has_no_value_comes_first_and_descending_is_backwards() {
    let world = world_of(vec![
        json!({"department": "b"}),
        json!({}),
        json!({"department": "A"}),
        json!({"department": "B"}),
        json!({}),
    ])
    .await;
    let expected = [2, 5, 3, 1, 4].map(id);
    for limit in 1..6 {
        let order = Order { path: path("department"), descending: false };
        assert_eq!(world.walk(&Condition::ALL, Some(order), limit).await, expected);
        let order = Order { descending: true, ..order };
        let backwards: Vec<_> = expected.into_iter().rev().collect();
        assert_eq!(world.walk(&Condition::ALL, Some(order), limit).await, backwards);
    }
}
