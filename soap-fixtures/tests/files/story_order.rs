//! Checks that each story is a session TR-069 3.7 allows: who speaks when, what answers what, how it ends.

use crate::Outcome;
use serde_json::Value;
use soap_fixtures::{Entry, Side, Story, oracle};

/// Checks one story.
pub fn check(story: &Story) -> Outcome {
    if story.sentence.is_empty() || story.end.holds.is_empty() {
        return Err("it tells neither what happens nor what must hold".into());
    }
    if !["ata192", "ata191", "spa122"].contains(&story.device_type.as_str()) {
        return Err(format!("`{}` is no type of device", story.device_type).into());
    }
    let opens: Vec<usize> = opening_entries(&story.entries);
    if opens.first() != Some(&0) {
        return Err("the first entry opens no session".into());
    }
    for (position, start) in opens.iter().enumerate() {
        let end = opens
            .get(position + 1)
            .copied()
            .unwrap_or(story.entries.len());
        check_session(&story.entries[*start..end])?;
    }
    let numbers: Vec<u8> = story.entries.iter().map(|entry| entry.number).collect();
    let in_order = (1u8..).take(numbers.len()).eq(numbers.iter().copied());
    if in_order {
        Ok(())
    } else {
        Err("the entries are not numbered one after the other".into())
    }
}

fn opening_entries(entries: &[Entry]) -> Vec<usize> {
    let opening = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.opens_session);
    opening.map(|(position, _)| position).collect()
}

fn check_session(entries: &[Entry]) -> Outcome {
    let mut awaited: Option<Awaited> = None;
    for (position, entry) in entries.iter().enumerate() {
        let place = format!("entry {}", entry.number);
        let due = if position % 2 == 0 {
            Side::Cpe
        } else {
            Side::Acs
        };
        if entry.from != due {
            return Err(format!("{place}: the two sides do not take turns").into());
        }
        if (position == 0) != (entry.message.as_deref() == Some("Inform")) {
            return Err(format!("{place}: Inform is the first message and no other").into());
        }
        awaited = check_entry(entry, awaited, &place)?;
    }
    let last = entries.last().ok_or("a session without entries")?;
    if last.lost || (last.from == Side::Acs && last.message.is_none() && awaited.is_none()) {
        return Ok(());
    }
    Err("a session ends with an empty response of the ACS and nothing left to answer".into())
}

/// A request that is not answered yet.
struct Awaited {
    by: Side,
    response: String,
    id: Value,
}

/// Checks one entry against the request before it, and gives the request that is open after it.
fn check_entry(
    entry: &Entry,
    awaited: Option<Awaited>,
    place: &str,
) -> Result<Option<Awaited>, libtest_mimic::Failed> {
    let Some(name) = &entry.message else {
        if !entry.bytes.is_empty() {
            return Err(format!("{place}: it is called empty and is not").into());
        }
        return match awaited {
            Some(open) if open.by != entry.from => {
                Err(format!("{place}: {} is due", open.response).into())
            }
            open => Ok(open),
        };
    };
    let meaning = oracle::read(&entry.bytes).map_err(|why| format!("{place}: {why}"))?;
    if meaning["Body"].get(name).is_none() {
        return Err(format!("{place}: there is no {name} in it").into());
    }
    let id = meaning["Header"]["ID"].clone();
    let answers = name == "Fault" || name.ends_with("Response");
    match awaited {
        Some(open) if open.by == entry.from => Err(format!("{place}: two requests at once").into()),
        Some(open) if open.id != id => {
            Err(format!("{place}: the ID is not that of the request").into())
        }
        Some(open) if name != "Fault" && *name != open.response => {
            Err(format!("{place}: {} is due", open.response).into())
        }
        Some(_) => Ok(None),
        None if answers => Err(format!("{place}: it answers nothing").into()),
        None => Ok(Some(Awaited {
            by: entry.from,
            response: format!("{name}Response"),
            id,
        })),
    }
}
