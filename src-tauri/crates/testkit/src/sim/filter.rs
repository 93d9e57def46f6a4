//! MindBridge's query language, as far as its pages show it: `{"field": value}`, `$eq $ne $gt $gte
//! $lt $lte $in $iprefix`, `$and`, `$or`.

use serde_json::{Map, Value};
use std::cmp::Ordering;

/// True when `item` passes `filter`.
///
/// # Errors
/// The operator that is not known, or what has the wrong shape.
pub(crate) fn matches(filter: &Map<String, Value>, item: &Value) -> Result<bool, String> {
    let mut all = true;
    for (field, wanted) in filter {
        // Every part is read, so that a wrong one is found even behind one that does not match.
        all &= match field.as_str() {
            "$and" => each(wanted, item)?.into_iter().all(|hit| hit),
            "$or" => each(wanted, item)?.into_iter().any(|hit| hit),
            word if word.starts_with('$') => return Err(format!("unknown operator {word}")),
            path => field_matches(path.split('.').try_fold(item, |at, part| at.get(part)), wanted)?,
        };
    }
    Ok(all)
}

fn each(list: &Value, item: &Value) -> Result<Vec<bool>, String> {
    let list = list.as_array().ok_or("$and and $or take a list")?;
    list.iter()
        .map(|part| matches(part.as_object().ok_or("a part of $and or $or must be an object")?, item))
        .collect()
}

fn field_matches(have: Option<&Value>, wanted: &Value) -> Result<bool, String> {
    let have = have.unwrap_or(&Value::Null);
    let Some(operators) = wanted.as_object() else { return Ok(have == wanted) };
    let mut all = true;
    for (operator, value) in operators {
        all &= match operator.as_str() {
            "$eq" => have == value,
            "$ne" => have != value,
            "$gt" => order(have, value).is_some_and(Ordering::is_gt),
            "$gte" => order(have, value).is_some_and(Ordering::is_ge),
            "$lt" => order(have, value).is_some_and(Ordering::is_lt),
            "$lte" => order(have, value).is_some_and(Ordering::is_le),
            "$in" => value.as_array().ok_or("$in takes a list")?.contains(have),
            "$iprefix" => {
                let prefix = value.as_str().ok_or("$iprefix takes text")?.to_lowercase();
                have.as_str().is_some_and(|text| text.to_lowercase().starts_with(&prefix))
            }
            _ => return Err(format!("unknown operator {operator}")),
        };
    }
    Ok(all)
}

/// Numbers by size; texts, and with them times, by their characters.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn filters_match_what_they_say() {
        let item = json!({"id": "a", "name": "Prod", "n": 5, "user": {"userId": "u1"}, "at": "2026-01-02"});
        let check = |filter: serde_json::Value, expected: Result<bool, ()>| {
            let got = super::matches(filter.as_object().unwrap(), &item).map_err(|_| ());
            assert_eq!(got, expected, "{filter}");
        };
        check(json!({}), Ok(true));
        check(json!({"id": "a"}), Ok(true));
        check(json!({"id": "b"}), Ok(false));
        check(json!({"user.userId": "u1"}), Ok(true));
        check(json!({"none": null}), Ok(true));
        check(json!({"n": {"$gte": 5, "$lt": 6}}), Ok(true));
        check(json!({"n": {"$gt": 5}}), Ok(false));
        check(json!({"n": {"$gt": "4"}}), Ok(false));
        check(json!({"at": {"$gte": "2026-01-01"}}), Ok(true));
        check(json!({"name": {"$iprefix": "pRo"}}), Ok(true));
        check(json!({"id": {"$in": ["x", "a"]}, "name": {"$ne": "Test"}}), Ok(true));
        check(json!({"$or": [{"id": "b"}, {"n": 5}]}), Ok(true));
        check(json!({"$and": [{"id": "b"}, {"n": 5}]}), Ok(false));
        check(json!({"id": "b", "n": {"$near": 1}}), Err(()));
        check(json!({"$nor": []}), Err(()));
        check(json!({"$or": {"id": "a"}}), Err(()));
    }
}
