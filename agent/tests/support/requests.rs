//! Requests of an ACS in one line each.

use cwmp::rpc::{
    AddObject, CancelTransfer, ChangeDUState, DeleteObject, Download, GetParameterAttributes,
    GetParameterNames, GetParameterValues, InstallOperation, Operation, Reboot, ScheduleDownload,
    ScheduleInform, SetParameterAttribute, SetParameterAttributes, SetParameterValues, TimeWindow,
    UninstallOperation, UpdateOperation, Upload,
};
use cwmp::{AcsRequest, CommandKey, ParameterKey};
use data_model::{ParameterList, XsdType};

/// A CommandKey of at most 32 characters.
pub fn command_key(text: &str) -> CommandKey {
    CommandKey::new(text).expect("a key of a test is short")
}

/// A ParameterKey of at most 32 characters.
pub fn parameter_key(text: &str) -> ParameterKey {
    ParameterKey::new(text).expect("a key of a test is short")
}

/// GetParameterValues.
pub fn get(names: &[&str]) -> AcsRequest {
    GetParameterValues {
        parameter_names: owned(names),
    }
    .into()
}

/// SetParameterValues with every value as `xsd:string`, as many an ACS sends them.
pub fn set(values: &[(&str, &str)], key: &str) -> AcsRequest {
    let typed: Vec<(&str, XsdType, &str)> = values
        .iter()
        .map(|(name, value)| (*name, XsdType::String, *value))
        .collect();
    set_typed(&typed, key)
}

/// SetParameterValues.
pub fn set_typed(values: &[(&str, XsdType, &str)], key: &str) -> AcsRequest {
    let parameter_list: ParameterList = values.iter().copied().collect();
    SetParameterValues {
        parameter_list,
        parameter_key: parameter_key(key),
    }
    .into()
}

/// GetParameterNames of everything at a path and below it.
pub fn names_below(path: &str) -> AcsRequest {
    names(path, false)
}

/// GetParameterNames of the level below a path.
pub fn children_of(path: &str) -> AcsRequest {
    names(path, true)
}

fn names(path: &str, next_level: bool) -> AcsRequest {
    GetParameterNames {
        parameter_path: path.into(),
        next_level,
    }
    .into()
}

/// GetParameterAttributes.
pub fn get_attributes(names: &[&str]) -> AcsRequest {
    GetParameterAttributes {
        parameter_names: owned(names),
    }
    .into()
}

/// SetParameterAttributes.
pub fn set_attributes(changes: Vec<SetParameterAttribute>) -> AcsRequest {
    SetParameterAttributes {
        parameter_list: changes,
    }
    .into()
}

/// One element of SetParameterAttributes that sets the notification level.
pub fn notify(name: &str, level: u8) -> SetParameterAttribute {
    SetParameterAttribute {
        name: name.into(),
        notification_change: true,
        notification: level,
        access_list_change: false,
        access_list: Vec::new(),
    }
}

/// One element of SetParameterAttributes that sets the access list.
pub fn allow(name: &str, entities: &[&str]) -> SetParameterAttribute {
    SetParameterAttribute {
        name: name.into(),
        notification_change: false,
        notification: 0,
        access_list_change: true,
        access_list: owned(entities),
    }
}

/// AddObject.
pub fn add(table: &str, key: &str) -> AcsRequest {
    AddObject {
        object_name: table.into(),
        parameter_key: parameter_key(key),
    }
    .into()
}

/// DeleteObject.
pub fn delete(instance: &str, key: &str) -> AcsRequest {
    DeleteObject {
        object_name: instance.into(),
        parameter_key: parameter_key(key),
    }
    .into()
}

/// Reboot.
pub fn reboot(key: &str) -> AcsRequest {
    Reboot {
        command_key: command_key(key),
    }
    .into()
}

/// Download of firmware from the file server of the bench.
pub fn firmware(key: &str) -> Download {
    Download {
        command_key: command_key(key),
        file_type: "1 Firmware Upgrade Image".into(),
        url: "http://files.example.net:7567/firmware/image.bin".into(),
        username: "reader".into(),
        password: "file-secret".into(),
        file_size: 4_194_304,
        ..Download::default()
    }
}

/// ChangeDUState.
pub fn change_modules(key: &str, operations: &[Operation]) -> AcsRequest {
    ChangeDUState {
        operations: operations.to_vec(),
        command_key: Some(command_key(key)),
    }
    .into()
}

/// The installation of a package.
pub fn install(url: &str) -> Operation {
    Operation::Install(InstallOperation {
        url: url.into(),
        username: Some("reader".into()),
        password: Some("file-secret".into()),
        ..InstallOperation::default()
    })
}

/// The update of a unit; an empty argument is left out.
pub fn update(uuid: &str, version: &str, url: &str) -> Operation {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Operation::Update(UpdateOperation {
        uuid: given(uuid),
        version: given(version),
        url: given(url),
        ..UpdateOperation::default()
    })
}

/// The removal of a unit, of all its versions if none is given.
pub fn uninstall(uuid: &str, version: &str) -> Operation {
    Operation::Uninstall(UninstallOperation {
        uuid: uuid.into(),
        version: (!version.is_empty()).then(|| version.into()),
        execution_env_ref: None,
    })
}

/// Upload to the file server of the bench.
pub fn upload(key: &str, file_type: &str) -> Upload {
    Upload {
        command_key: command_key(key),
        file_type: file_type.into(),
        url: "https://files.example.net:7567/uploads/it".into(),
        username: "writer".into(),
        password: "file-secret".into(),
        delay_seconds: 0,
    }
}

/// Download of a configuration file from the file server of the bench.
pub fn configuration(key: &str) -> Download {
    Download {
        file_type: "3 Vendor Configuration File".into(),
        url: "http://files.example.net:7567/profiles/ata192.cfg".into(),
        file_size: 0,
        ..firmware(key)
    }
}

/// A time window in which everything may be done, with so many retries.
pub fn window(window_start: u32, window_end: u32, max_retries: i32) -> TimeWindow {
    TimeWindow {
        window_start,
        window_end,
        window_mode: "1 At Any Time".into(),
        user_message: String::new(),
        max_retries,
    }
}

/// ScheduleDownload of firmware from the file server of the bench.
pub fn scheduled(key: &str, windows: &[TimeWindow]) -> ScheduleDownload {
    let download = firmware(key);
    ScheduleDownload {
        command_key: download.command_key,
        file_type: download.file_type,
        url: download.url,
        username: download.username,
        password: download.password,
        file_size: download.file_size,
        target_file_name: String::new(),
        time_window_list: windows.to_vec(),
    }
}

/// CancelTransfer.
pub fn cancel(key: &str) -> AcsRequest {
    CancelTransfer {
        command_key: command_key(key),
    }
    .into()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// ScheduleInform.
pub fn schedule(delay_secs: u32, key: &str) -> AcsRequest {
    ScheduleInform {
        delay_seconds: delay_secs,
        command_key: command_key(key),
    }
    .into()
}
