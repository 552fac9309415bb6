//! What can be told to be wrong with a task before any device sees it.

use super::error::{Answer, ApiError};
use crate::limits::{DOWNLOAD_WINDOWS, TASK_OPERATIONS, TASK_VALUES, VALUE_CHARS};
use crate::store::{AttributeChange, DownloadWindow, TaskKind};
use data_model::{ParameterList, Path};

/// What can be told to be wrong with a task before any device sees it.
pub(super) fn check(kind: &TaskKind) -> Answer<()> {
    match kind {
        TaskKind::GetParameterValues { names } | TaskKind::GetParameterAttributes { names } => {
            number("names", names.len(), TASK_VALUES)?;
            names.iter().try_for_each(|name| check_path(name))
        }
        TaskKind::Refresh { path, .. } => check_path(path),
        TaskKind::GetParameterNames { path, next_level } => {
            check_path(path)?;
            if *next_level && !path.is_empty() && !path.ends_with('.') {
                let why = format!("`{path}` is a parameter, which has no next level");
                return Err(ApiError::bad(why, "end the path with a dot"));
            }
            Ok(())
        }
        TaskKind::SetParameterAttributes { attributes } => check_attributes(attributes),
        TaskKind::SetParameterValues { values } => {
            if values.is_empty() || values.len() > TASK_VALUES {
                return Err(ApiError::bad(
                    format!("a task writes 1 to {TASK_VALUES} values"),
                    "split it",
                ));
            }
            check_values(values, Names::Full)
        }
        TaskKind::AddObject { object, values } => {
            check_object(object)?;
            check_values(values, Names::Relative)
        }
        TaskKind::DeleteObject { object } => check_object(object),
        TaskKind::ScheduleDownload { windows, .. } => check_windows(windows),
        TaskKind::Upload { file_type } => check_file_type(file_type),
        TaskKind::ScheduleInform { delay_secs } => {
            if *delay_secs == 0 {
                // TR-069 A.3.2.9: zero is not allowed.
                let fix = "give one second or more";
                return Err(ApiError::bad("`delay_secs` is 0", fix));
            }
            Ok(())
        }
        TaskKind::ChangeDuState { operations } => {
            number("operations", operations.len(), TASK_OPERATIONS)
        }
        TaskKind::SetVouchers { vouchers } => check_vouchers(vouchers),
        TaskKind::GetOptions { option } => {
            if option.chars().count() > 64 {
                let why = "`option` has more than 64 characters";
                return Err(ApiError::bad(why, "shorten it"));
            }
            Ok(())
        }
        TaskKind::RunDiagnostic {
            diagnostic,
            limit_secs,
        } => super::diagnostics::check(diagnostic, *limit_secs),
        TaskKind::Discover
        | TaskKind::Reboot
        | TaskKind::FactoryReset
        | TaskKind::Download { .. }
        | TaskKind::DownloadProfile
        | TaskKind::RestoreConfiguration { .. }
        | TaskKind::BackupConfiguration { .. }
        | TaskKind::FetchLog { .. }
        | TaskKind::CancelTransfer { .. }
        | TaskKind::GetQueuedTransfers
        | TaskKind::GetAllQueuedTransfers
        | TaskKind::GetRpcMethods => Ok(()),
    }
}

/// Vouchers are signed XML documents in base64 (TR-069 A.4.1.6).
fn check_vouchers(vouchers: &[String]) -> Answer<()> {
    number("vouchers", vouchers.len(), TASK_OPERATIONS)?;
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    if vouchers.iter().any(|voucher| !voucher.bytes().all(base64)) {
        let fix = "encode each voucher, a signed XML document, in base64";
        return Err(ApiError::bad("a voucher is not in base64", fix));
    }
    Ok(())
}

/// Lists have one element and not too many.
fn number(what: &str, number: usize, most: usize) -> Answer<()> {
    if (1..=most).contains(&number) {
        return Ok(());
    }
    let why = format!("a task has 1 to {most} {what}");
    Err(ApiError::bad(why, "split it, or name a partial path"))
}

fn check_attributes(attributes: &[AttributeChange]) -> Answer<()> {
    number("attributes", attributes.len(), TASK_VALUES)?;
    for change in attributes {
        check_path(&change.name)?;
        if change
            .notification
            .is_some_and(|notification| notification > 6)
        {
            let why = format!("{}: `notification` is above 6", change.name);
            return Err(ApiError::bad(why, "use 0 to 6 (TR-069 Table 21)"));
        }
        if change.notification.is_none() && change.access_list.is_none() {
            let why = format!("{}: nothing is to change", change.name);
            return Err(ApiError::bad(why, "give `notification` or `access_list`"));
        }
    }
    Ok(())
}

fn check_windows(windows: &[DownloadWindow]) -> Answer<()> {
    number("windows", windows.len(), DOWNLOAD_WINDOWS)?;
    let mut end = 0;
    for window in windows {
        // TR-069 Table 52: windows do not overlap, and none ends before it begins.
        if window.start_secs < end || window.end_secs <= window.start_secs {
            let why = "the time windows overlap, or one ends before it begins";
            return Err(ApiError::bad(why, "put them in order, one after the other"));
        }
        end = window.end_secs;
    }
    Ok(())
}

/// TR-069 Table 31: a number and its words, or a vendor's own with its OUI.
fn check_file_type(text: &str) -> Answer<()> {
    let numbered = text.split_once(' ').is_some_and(|(number, words)| {
        number.parse::<u8>().is_ok_and(|number| number > 0) && !words.is_empty()
    });
    let usable = text.chars().count() <= 64 && !text.chars().any(char::is_control);
    if usable && (numbered || text.starts_with("X ")) {
        return Ok(());
    }
    let fix = "write it like `1 Vendor Configuration File`, `2 Vendor Log File` or `X 00000C Name`";
    Err(ApiError::bad("`file_type` is none of TR-069", fix))
}

/// The word of a kind.
pub(super) fn fleet_kind(word: String) -> Answer<String> {
    let usable = |c: char| c.is_ascii_lowercase() || c == '_';
    if word.len() <= 64 && word.chars().all(usable) {
        return Ok(word);
    }
    let fix = "use the word of a kind, such as set_parameter_values";
    Err(ApiError::bad("that is no kind of task", fix))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Full,
    Relative,
}

fn check_values(values: &ParameterList, names: Names) -> Answer<()> {
    for parameter in values.iter() {
        check_path(parameter.name)?;
        if names == Names::Full && parameter.name.ends_with('.') {
            let why = format!("`{}` is an object, not a parameter", parameter.name);
            return Err(ApiError::bad(
                why,
                "name a parameter, without a dot at its end",
            ));
        }
        if parameter.value.chars().count() > VALUE_CHARS {
            let why = format!("{} has more than {VALUE_CHARS} characters", parameter.name);
            return Err(ApiError::bad(why, "shorten the value"));
        }
        if let Err(why) = parameter.typed() {
            let why = format!("{}: the value {why}", parameter.name);
            return Err(ApiError::bad(why, "correct the value, or leave `type` out"));
        }
    }
    Ok(())
}

fn check_path(text: &str) -> Answer<()> {
    match Path::parse(text) {
        Ok(_) => Ok(()),
        Err(why) => {
            let shown: String = text.chars().take(300).collect();
            Err(ApiError::bad(
                format!("the path `{shown}` {why}"),
                "correct the path",
            ))
        }
    }
}

fn check_object(text: &str) -> Answer<()> {
    check_path(text)?;
    if !text.ends_with('.') {
        return Err(ApiError::bad(
            format!("`{text}` is no object"),
            "end the path with a dot",
        ));
    }
    Ok(())
}
