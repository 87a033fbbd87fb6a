//! `evaluateDynamicMembership`: whether a user or device satisfies a membership rule, and why. The rules are in
//! `directory::membership_rules`.

use super::{
    groups::GROUPS,
    shapes::{ObjectKey, with_context},
};
use crate::{
    directory::membership_rules::{self as rules, Asked, Evaluated},
    http::{
        answers::{self, Form},
        body,
        contract::{
            schemas::EvaluateDynamicMembershipParameters,
            wire::{EvaluateDynamicMembershipResult, ExpressionEvaluation, PropertyToEvaluate},
        },
        errors::Failure,
        extract::{Caller, IdKey, Json, Path},
        operation::Operation,
        state::AppState,
        units_of_work::read,
    },
    membership_rules::Explanation,
    model::permissions::{EVALUATE_DYNAMIC_MEMBERSHIP, EVALUATE_DYNAMIC_MEMBERSHIP_OF_GROUP},
    odata::reference::Key,
    store::ReadTx,
};
use axum::{extract::State, response::Response, routing::post};
use serde_json::json;
use utoipa::openapi::path::HttpMethod;

/// A user of the examples, and a rule that the user satisfies.
const MEMBER: &str = "5a3e0000-0000-4000-8000-000000000103";
const RULE: &str = "user.department -eq \"Research\"";

pub(super) fn operations() -> Vec<Operation> {
    let of_group = async |caller, State(app): State<AppState>, form, Path(group): Path<IdKey>, Json(body)| {
        evaluate(&app, &caller, &form, Some(group.key().clone()), Asked::read(&body)?).await
    };
    let of_none = async |caller, State(app): State<AppState>, form, Json(body)| {
        evaluate(&app, &caller, &form, None, Asked::read(&body)?).await
    };
    let of_group = Operation::shaped(
        &EVALUATE_DYNAMIC_MEMBERSHIP_OF_GROUP,
        HttpMethod::Post,
        "/groups/{id}/evaluateDynamicMembership",
        "evaluate_group_dynamic_membership",
        post(of_group),
    );
    let of_none = Operation::shaped(
        &EVALUATE_DYNAMIC_MEMBERSHIP,
        HttpMethod::Post,
        "/groups/evaluateDynamicMembership",
        "evaluate_dynamic_membership",
        post(of_none),
    );
    vec![
        documented(GROUPS.with_key::<IdKey>(of_group))
            .summary(GROUPS.tag, "Evaluate a group's membership rule")
            .description("Says whether a user or device satisfies the rule of a group, or the one in the body, and why."),
        documented(of_none)
            .summary(GROUPS.tag, "Evaluate a membership rule")
            .description("Says whether a user or device satisfies a rule, and why."),
    ]
}

/// Evaluates a rule for an object.
async fn evaluate(
    app: &AppState,
    caller: &Caller,
    form: &Form,
    group: Option<Key>,
    asked: Asked,
) -> Result<Response, Failure> {
    let evaluate = move |tx: &ReadTx<'_>, by: &_| rules::evaluate(tx, by, group.as_ref(), &asked);
    let Evaluated { rule, explanation } = read(app, caller, evaluate).await?;
    let details = details(explanation);
    let result = EvaluateDynamicMembershipResult {
        odata_context: None,
        membership_rule: rule,
        membership_rule_evaluation_result: details.expression_result,
        membership_rule_evaluation_details: details,
    };
    let answer = answers::written(form, "microsoft.graph.evaluateDynamicMembershipResult", &result)?;
    Ok(body::hold(answer, &app.answer_budget.share(), Some(caller.tenant.id))?)
}

fn details(of: Explanation) -> ExpressionEvaluation {
    let property =
        |(name, value): (&str, _)| PropertyToEvaluate { property_name: name.into(), property_value: value };
    ExpressionEvaluation {
        expression: of.expression,
        expression_result: of.result,
        property_to_evaluate: of.property.map(property),
        expression_evaluation_details: of.parts.into_iter().map(details).collect(),
    }
}

fn documented(operation: Operation) -> Operation {
    let body = json!({"memberId": MEMBER, "membershipRule": RULE});
    let details = json!({
        "expression": RULE, "expressionResult": true,
        "propertyToEvaluate": {"propertyName": "department", "propertyValue": "Research"},
    });
    let example = json!({
        "membershipRule": RULE, "membershipRuleEvaluationResult": true, "membershipRuleEvaluationDetails": details,
    });
    operation
        .page("group-evaluatedynamicmembership")
        .body::<EvaluateDynamicMembershipParameters>("Whom it is evaluated for.", body)
        .answers::<EvaluateDynamicMembershipResult>(
            "What the rule comes to.",
            "application/json",
            with_context("microsoft.graph.evaluateDynamicMembershipResult", "", example),
        )
}
